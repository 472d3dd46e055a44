import { PassThrough, type Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import Docker from "dockerode";
import tar from "tar-stream";
import type { DockerEngineStandIn } from "../src/index.ts";

/** A client of the engine. */
export function clientOf(engine: DockerEngineStandIn): Docker {
  if (engine.socketPath !== undefined) return new Docker({ socketPath: engine.socketPath });
  const { hostname, port } = new URL(engine.url);
  return new Docker({ host: hostname, port, protocol: "http" });
}

/** A container that runs and waits. */
export async function startContainer(
  docker: Docker,
  options: Docker.ContainerCreateOptions = {},
): Promise<Docker.Container> {
  const container = await docker.createContainer({
    Image: "busybox",
    Cmd: ["sh"],
    Tty: true,
    OpenStdin: true,
    ...options,
  });
  await container.start();
  return container;
}

/** Runs a command in a container through a hijacked connection. */
export async function run(
  docker: Docker,
  container: Docker.Container,
  command: string[],
  options: Partial<Docker.ExecCreateOptions> & { input?: string } = {},
) {
  const { input, ...rest } = options;
  const exec = await container.exec({
    Cmd: command,
    AttachStdin: input !== undefined,
    AttachStdout: true,
    AttachStderr: true,
    ...rest,
  });
  const stream = await exec.start({ hijack: true, stdin: input !== undefined });
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  docker.modem.demuxStream(stream, stdout, stderr);
  stream.on("end", () => {
    stdout.end();
    stderr.end();
  });
  if (input !== undefined) stream.end(input);
  const [out, error] = await Promise.all([text(stdout), text(stderr)]);
  return { out, error, exitCode: (await exec.inspect()).ExitCode };
}

/** A line of a progress stream. */
export interface ProgressLine {
  status?: string;
  stream?: string;
  error?: string;
  errorDetail?: { message: string; code?: number };
  aux?: { ID?: string; Tag?: string; Digest?: string };
  id?: string;
}

/** All lines of a progress stream. */
export async function progressOf(stream: NodeJS.ReadableStream): Promise<ProgressLine[]> {
  const lines = (await text(stream as Readable)).trim().split("\r\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as ProgressLine);
}

/** A tar archive of text files, folders (`name/`) and links (`name -> target`). */
export async function archiveOf(files: Record<string, string | { mode: number; content: string }>) {
  const pack = tar.pack();
  for (const [name, file] of Object.entries(files)) {
    const [link, target] = name.split(" -> ");
    if (target !== undefined) pack.entry({ name: link ?? "", type: "symlink", linkname: target });
    else if (name.endsWith("/")) pack.entry({ name, type: "directory" });
    else if (typeof file === "string") pack.entry({ name }, file);
    else pack.entry({ name, mode: file.mode }, file.content);
  }
  pack.finalize();
  return buffer(pack as unknown as Readable);
}

/** What an archive holds: name to content, mode and link. */
export async function unpack(stream: NodeJS.ReadableStream) {
  const found: Record<string, { content: string; mode: number; link?: string }> = {};
  const extract = tar.extract();
  extract.on("entry", async (header, entry, next) => {
    const content = await text(entry as unknown as Readable);
    const link = header.linkname ?? undefined;
    found[header.name] = {
      content,
      mode: header.mode ?? 0,
      ...(link === undefined ? {} : { link }),
    };
    next();
  });
  stream.pipe(extract as unknown as NodeJS.WritableStream);
  await new Promise<void>((resolve, reject) => {
    extract.on("finish", () => resolve());
    extract.on("error", reject);
  });
  return found;
}
