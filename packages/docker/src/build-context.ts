import { lstatSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import type { PackOptions } from "tar-fs";
import { DockerError } from "./errors.ts";

/** What goes to the engine with a build. */
export interface BuildContextOptions {
  /** The folder that the Dockerfile sees. */
  folder: string;
  /** The path of the Dockerfile, in the folder or elsewhere. */
  dockerfile: string;
  /** The name that the Dockerfile gets in the context. */
  dockerfileName: string;
  compress: boolean;
}

/**
 * Packs the build context as a tar archive, without what `.dockerignore` names. As with Docker's own client, a file
 * named like the Dockerfile with `.dockerignore` behind wins over the folder's.
 *
 * @throws {DockerError} `DOCKERFILE_FAILED` where the folder is none or the Dockerfile cannot be read.
 */
export async function packBuildContext(options: BuildContextOptions): Promise<Readable> {
  const { folder, dockerfile, dockerfileName } = options;
  const [content, ignores] = await Promise.all([readDockerfile(dockerfile), readIgnores(options)]);
  const { default: tar } = await import("tar-fs");
  const packing = {
    umask: 0,
    ignore: (path) => ignores(relative(folder, path)),
    finalize: false,
    finish: (pack) => {
      pack.entry({ name: dockerfileName, mode: 0o644 }, content, () => pack.finalize());
    },
  } satisfies PackOptions & { umask: number }; // its types do not know the umask
  const archive = tar.pack(folder, packing) as unknown as Readable;
  if (!options.compress) return archive;
  const gzip = createGzip();
  archive.on("error", (error) => gzip.destroy(error));
  gzip.on("close", () => archive.destroy());
  return archive.pipe(gzip);
}

async function readDockerfile(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw contextError(
      `the Dockerfile ${path} cannot be read`,
      "give its path in build.path",
      cause,
    );
  }
}

async function readIgnores({
  folder,
  dockerfile,
}: BuildContextOptions): Promise<(path: string) => boolean> {
  const status = await stat(folder).catch((cause: unknown) => {
    throw contextError(`the build_dir ${folder} cannot be read`, "name a folder", cause);
  });
  if (!status.isDirectory()) {
    throw contextError(`the build_dir ${folder} is no folder`, "name a folder", undefined);
  }
  const patterns =
    (await readIfPresent(`${dockerfile}.dockerignore`)) ??
    (await readIfPresent(join(folder, ".dockerignore")));
  if (patterns === undefined) return () => false;
  const { default: dockerignore } = await import("@balena/dockerignore");
  const rules = dockerignore.default({ ignorecase: false }).add(patterns);
  // A folder that is not packed takes everything in it along, so that exceptions within it would be lost.
  const hasExceptions = /^\s*!/m.test(patterns);
  return (path) => rules.ignores(path) && !(hasExceptions && isFolder(join(folder, path)));
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw contextError(`${path} cannot be read`, "make it readable", error);
  }
}

function contextError(what: string, cure: string, cause: unknown): DockerError {
  const reason = cause instanceof Error ? ` (${cause.message})` : "";
  return new DockerError("DOCKERFILE_FAILED", `${what}${reason}: ${cure}`, { cause });
}
