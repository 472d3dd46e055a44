import localPaths, { basename, posix } from "node:path";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type {
  Communicator,
  CommunicatorOptions,
  FileInfo,
  RemoteCommand,
} from "@packerkit/plugin-sdk";
import {
  folderExists,
  landingPlace,
  type Owner,
  packFile,
  packFolder,
  unpackFolder,
  withFirstEntry,
} from "./archives.ts";
import type { Engine, ExecProcess } from "./client.ts";
import { commandError } from "./command-error.ts";
import { resolveOwner } from "./container-users.ts";
import { DockerError } from "./errors.ts";
import { copyOutput, splitOutput } from "./output-frames.ts";
import { measureContent, type SizedContent } from "./sized-content.ts";

/** How a container is reached. */
export interface DockerCommunicatorOptions {
  engine: Engine;
  /** Its id or name. */
  container: string;
  /** Who runs commands: `user`, `uid`, `user:group` or `uid:gid`. Default: the container's user. */
  user?: string | undefined;
  /** Whether commands have a terminal; stdout and stderr are one stream then. Default: no. */
  terminal?: boolean;
  /** Whom uploaded files belong to, in the forms of `user`. Default: root. */
  uploadOwner?: string;
}

/** The mode of an uploaded file of which only the content is known. */
const DEFAULT_MODE = 0o600;

/** Errors that say all there is to say, whatever was being copied. */
const CONNECTION_ERRORS: ReadonlySet<string> = new Set(["CONNECTION_LOST", "ENGINE_UNREACHABLE"]);

/** How many links are followed to a file. */
const MAX_LINKS = 10;

/** How often, and how far apart in milliseconds, a command whose output has ended is asked for its status. */
const STATUS_LOOKS = { count: 100, pause: 50 };

/**
 * Reaches into a container through the engine's exec and archive APIs. Contents are streamed.
 *
 * Source of the behaviour: packer-plugin-docker `builder/docker/communicator.go`.
 */
export class DockerCommunicator implements Communicator {
  readonly #engine: Engine;
  readonly #container: string;
  readonly #user: string | undefined;
  readonly #terminal: boolean;
  readonly #uploadOwner: string;
  #owner: Owner | undefined;

  constructor(options: DockerCommunicatorOptions) {
    this.#engine = options.engine;
    this.#container = options.container;
    this.#user = options.user;
    this.#terminal = options.terminal ?? false;
    this.#uploadOwner = options.uploadOwner ?? "root";
  }

  /**
   * Runs the command with `/bin/sh -c`.
   *
   * @throws {DockerError} where its exit status cannot be told. Where it may have started the error has an `exitStatus`,
   * and the command's stderr says why: Packer tells its user no more than that the script was disconnected.
   */
  async start(
    { command, stdin, stdout, stderr }: RemoteCommand,
    { signal }: CommunicatorOptions = {},
  ): Promise<number> {
    let isStarted = false;
    try {
      const how = { user: this.#user, tty: this.#terminal, stdin: stdin !== undefined };
      const shell = ["/bin/sh", "-c", command];
      const process = await this.#engine.exec(this.#container, shell, how, { signal });
      isStarted = true;
      await this.#copyStreams(process, { stdin, stdout, stderr }, signal);
      return await this.#exitStatus(process, signal);
    } catch (error) {
      signal?.throwIfAborted();
      const failure = commandError(this.#container, command, error, isStarted);
      if (failure.exitStatus !== undefined) stderr?.write(`${failure.message}\n`);
      throw failure;
    } finally {
      stdout?.end();
      stderr?.end();
    }
  }

  /** Copies a command's input and output until its output ends. */
  async #copyStreams(
    { connection }: ExecProcess,
    {
      stdin,
      stdout,
      stderr,
    }: Record<"stdin", Readable | undefined> & Record<"stdout" | "stderr", Writable | undefined>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const stop = () => connection.destroy();
    signal?.addEventListener("abort", stop, { once: true });
    // An error ends the reading below; one that comes later concerns nobody.
    connection.on("error", () => {});
    const failInput = (error: Error) => void connection.destroy(error);
    stdin?.on("error", failInput).pipe(connection);
    try {
      if (this.#terminal) await copyOutput(connection, stdout);
      else await splitOutput(connection, stdout, stderr);
    } finally {
      signal?.removeEventListener("abort", stop);
      stdin?.off("error", failInput).unpipe(connection);
      connection.destroy();
    }
  }

  /** The engine tells the status a moment after the output has ended. */
  async #exitStatus(process: ExecProcess, signal: AbortSignal | undefined): Promise<number> {
    for (let look = 0; look < STATUS_LOOKS.count; look++) {
      const status = await this.#engine.exitStatus(process, { signal });
      if (status !== undefined) return status;
      await sleep(STATUS_LOOKS.pause);
    }
    throw new DockerError(
      "CONNECTION_LOST",
      `the connection to a command in container ${this.#container} was lost while it ran; see whether the engine still runs, then build again`,
    );
  }

  /** @throws {DockerError} `TRANSFER_FAILED` where the folder does not exist or the content has not the size of `info`. */
  async upload(
    path: string,
    content: Readable,
    info?: FileInfo,
    { signal }: CommunicatorOptions = {},
  ): Promise<void> {
    const target = absolute(path.endsWith("/") ? path + (info?.name ?? "") : path);
    await this.#transfer(`upload to ${target}`, signal, async () => {
      const folder = posix.dirname(target);
      await this.#demandFolder(folder, signal);
      const owner = await this.#ownerOfUploads(signal);
      const sized = await (info === undefined
        ? measureContent(content, signal)
        : known(content, info));
      try {
        const header = {
          ...owner,
          name: posix.basename(target),
          size: sized.size,
          mode: info?.mode ?? DEFAULT_MODE,
          mtime: info?.modifiedAt ?? new Date(),
        };
        const archive = await packFile(header, sized.content);
        await this.#engine.putArchive(this.#container, folder, archive, { signal });
      } finally {
        await sized.remove();
      }
    });
  }

  /** Goes where `docker cp` would put it. Owners are those of uploaded files. @throws {DockerError} `TRANSFER_FAILED`. */
  async uploadDirectory(
    destination: string,
    source: string,
    exclude: readonly string[],
    { signal }: CommunicatorOptions = {},
  ): Promise<void> {
    const target = absolute(destination);
    await this.#transfer(`upload ${source} to ${target}`, signal, async () => {
      if (!(await folderExists(source))) throw new Error(`${source} does not exist`);
      const found = await this.#engine.statPath(this.#container, target, { signal });
      if (found !== undefined && !found.isDirectory) throw new Error(`${target} is no folder`);
      const landing = landingPlace(posix, target, source, found !== undefined);
      const folder = landing.isThere ? landing.path : posix.dirname(landing.path);
      if (found === undefined) await this.#demandFolder(folder, signal);
      const archive = await packFolder({
        source,
        name: landing.isThere ? undefined : basename(landing.path),
        exclude,
        owner: await this.#ownerOfUploads(signal),
      });
      await this.#engine.putArchive(this.#container, folder, archive, { signal });
    });
  }

  /** Follows links. @throws {DockerError} `TRANSFER_FAILED` for what is no file. */
  async download(
    path: string,
    destination: Writable,
    { signal }: CommunicatorOptions = {},
  ): Promise<void> {
    await this.#transfer(`download ${path}`, signal, async () => {
      let next: string | undefined = absolute(path);
      for (let links = 0; next !== undefined; links++) {
        if (links > MAX_LINKS) throw new Error(`it is behind more than ${MAX_LINKS} links`);
        next = await this.#downloadOrFollow(next, destination, signal);
      }
    });
  }

  /** Answers where a link leads; `undefined` when a file has been downloaded. */
  async #downloadOrFollow(
    path: string,
    destination: Writable,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    const archive = await this.#engine.getArchive(this.#container, path, { signal });
    return withFirstEntry(archive, async ({ type, linkname }, content) => {
      if (type === "symlink") return posix.resolve(posix.dirname(path), linkname ?? "");
      if (type !== "file") throw new Error(`it is a ${type}, not a file`);
      await pipeline(content, destination, signal === undefined ? {} : { signal });
      return undefined;
    });
  }

  /** Goes where `docker cp` would put it. @throws {DockerError} `TRANSFER_FAILED`. */
  async downloadDirectory(
    source: string,
    destination: string,
    exclude: readonly string[],
    { signal }: CommunicatorOptions = {},
  ): Promise<void> {
    const from = absolute(source);
    await this.#transfer(`download ${from} to ${destination}`, signal, async () => {
      const found = await this.#engine.statPath(this.#container, from, { signal });
      if (found === undefined) throw new Error(`${from} does not exist in the container`);
      if (!found.isDirectory) throw new Error(`${from} is no folder`);
      const landing = landingPlace(
        localPaths,
        destination,
        source,
        await folderExists(destination),
      );
      const archive = await this.#engine.getArchive(this.#container, from, { signal });
      await unpackFolder(archive, { destination: landing.path, exclude });
    });
  }

  async #demandFolder(path: string, signal: AbortSignal | undefined): Promise<void> {
    const found = await this.#engine.statPath(this.#container, path, { signal });
    if (found?.isDirectory) return;
    const what = found === undefined ? "does not exist" : "is no folder";
    throw new Error(`${path} ${what} in the container; make it first, with a shell provisioner`);
  }

  async #ownerOfUploads(signal: AbortSignal | undefined): Promise<Owner> {
    this.#owner ??= await resolveOwner(this.#engine, this.#container, this.#uploadOwner, signal);
    return this.#owner;
  }

  async #transfer(
    what: string,
    signal: AbortSignal | undefined,
    work: () => Promise<void>,
  ): Promise<void> {
    try {
      await work();
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof DockerError && CONNECTION_ERRORS.has(error.code)) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new DockerError(
        "TRANSFER_FAILED",
        `could not ${what} (container ${this.#container}): ${reason}`,
        { cause: error },
      );
    }
  }
}

/** Paths in a container start at its root, as with `docker cp`. */
function absolute(path: string): string {
  return posix.resolve("/", path);
}

function known(content: Readable, { size }: FileInfo): SizedContent {
  return { size, content, remove: async () => {} };
}
