import { mkdir, readdir, stat } from "node:fs/promises";
import { basename, posix, relative, sep } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ExtractOptions, PackOptions } from "tar-fs";
import type { Header } from "tar-stream";

/** Whom files in a container belong to. */
export interface Owner {
  uid: number;
  gid: number;
}

/** Packs one file whose size is known. The archive fails where the content has another size. */
export async function packFile(
  header: Owner & { name: string; size: number; mode: number; mtime: Date },
  content: Readable,
): Promise<Readable> {
  const { pack } = await import("tar-stream");
  const archive = pack();
  const entry = archive.entry(header, (error) => {
    if (error) archive.destroy(error);
    else archive.finalize();
  });
  pipeline(content, entry).catch((error: Error) => archive.destroy(error));
  return archive as unknown as Readable;
}

/** What to pack of a local folder. */
export interface FolderPacking {
  /** The local folder. */
  source: string;
  /** The name that the folder gets in the archive; `undefined` packs what is in it, without the folder itself. */
  name: string | undefined;
  /** Patterns of paths below the folder to leave out, such as `*.tmp`; folders with all that is in them. */
  exclude: readonly string[];
  owner: Owner;
}

/** Options that tar-fs has and its types do not know. */
interface FurtherOptions {
  umask: number;
  chown?: boolean;
  validateSymlinks?: boolean;
}

/** Packs a local folder with the modes, times and links of what is in it. */
export async function packFolder(packing: FolderPacking): Promise<Readable> {
  const { source, name, owner } = packing;
  const { pack } = await import("tar-fs");
  const isExcluded = excluder(packing.exclude);
  const inside = (await readdir(source)).filter((entry) => !isExcluded(entry)).sort();
  const options: PackOptions & FurtherOptions = {
    umask: 0,
    entries: name === undefined ? inside : ["."],
    ignore: (path) => isExcluded(relative(source, path).split(sep).join("/")),
    map: (header) => ({
      ...header,
      ...owner,
      name: name === undefined ? header.name : posix.join(name, header.name),
    }),
  };
  return pack(source, options) as unknown as Readable;
}

/** Where a folder of a container goes. */
export interface FolderUnpacking {
  /** The local folder that the archive's topmost folder becomes; it is made where it does not exist. */
  destination: string;
  /** Patterns of paths below the folder to leave out, such as `*.tmp`; folders with all that is in them. */
  exclude: readonly string[];
}

/**
 * Unpacks the archive of a folder. Nothing is written outside of the destination, and not through links; files
 * belong to the local user and lose setuid bits. Links are made as they are, wherever they lead.
 */
export async function unpackFolder(archive: Readable, unpacking: FolderUnpacking): Promise<void> {
  const { destination } = unpacking;
  const { extract } = await import("tar-fs");
  const isExcluded = excluder(unpacking.exclude);
  await mkdir(destination, { recursive: true });
  const options: ExtractOptions & FurtherOptions = {
    umask: 0,
    chown: false,
    validateSymlinks: false,
    ignore: (path) => isExcluded(relative(destination, path).split(sep).join("/")),
    map: (header) => {
      const mapped = { ...header, name: withoutTop(header.name) };
      if ("linkname" in mapped && header.type === "link") {
        mapped.linkname = withoutTop(String(mapped.linkname));
      }
      return mapped;
    },
  };
  await pipeline(archive, extract(destination, options));
}

/** The first entry of an archive, and its content while that is read. */
export async function withFirstEntry<Result>(
  archive: Readable,
  use: (header: Header, content: AsyncIterable<Buffer>) => Promise<Result>,
): Promise<Result> {
  const { extract } = await import("tar-stream");
  const unpack = extract();
  const reading = pipeline(archive, unpack);
  try {
    for await (const entry of unpack) {
      const result = await use(entry.header, entry as AsyncIterable<Buffer>);
      return result;
    }
    await reading;
    throw new Error("the engine's archive is empty");
  } finally {
    archive.destroy();
    await reading.catch(() => {});
  }
}

/**
 * Where a copied folder goes, as `docker cp` decides it: into a destination that exists, unless the source ends in a
 * slash; else the destination becomes the folder. `paths` joins as the destination's system does.
 */
export function landingPlace(
  paths: Pick<typeof posix, "join">,
  destination: string,
  source: string,
  destinationExists: boolean,
): { path: string; isThere: boolean } {
  if (!destinationExists) return { path: destination, isThere: false };
  if (/[/\\]$/.test(source)) return { path: destination, isThere: true };
  return { path: paths.join(destination, basename(source)), isThere: false };
}

/** Whether a local folder exists. @throws {Error} for a path that is something else. */
export async function folderExists(path: string): Promise<boolean> {
  const status = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  if (status !== undefined && !status.isDirectory()) throw new Error(`${path} is no folder`);
  return status !== undefined;
}

function withoutTop(name: string): string {
  const normalized = posix.normalize(`/${name}`).slice(1);
  const slash = normalized.indexOf("/");
  return slash === -1 ? "" : normalized.slice(slash + 1);
}

/** Tells whether a path, or a folder that it is in, matches one of the patterns. */
function excluder(patterns: readonly string[]): (path: string) => boolean {
  const matches = (path: string) => patterns.some((pattern) => posix.matchesGlob(path, pattern));
  return (path) => {
    for (let part = path; part !== "." && part !== ""; part = posix.dirname(part)) {
      if (matches(part)) return true;
    }
    return false;
  };
}
