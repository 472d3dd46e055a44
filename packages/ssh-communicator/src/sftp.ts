import { once } from "node:events";
import type { SFTPWrapper, Stats } from "ssh2";
import { Window } from "./window.ts";

/** How many bytes one request moves; ssh2 splits it for servers that take less than OpenSSH's does. */
const CHUNK = 128 * 1024;

/** How many requests are under way at once, so that a transfer does not wait for the network with each chunk. */
const REQUESTS = 16;

/** A file or folder in a folder. */
export interface SftpEntry {
  name: string;
  mode: number;
  kind: "file" | "folder" | "link" | "other";
}

/** The type bits of a mode. */
const KINDS: ReadonlyMap<number, SftpEntry["kind"]> = new Map([
  [0o100000, "file"],
  [0o040000, "folder"],
  [0o120000, "link"],
]);

/** The status of SFTP for what does not exist. */
const NO_SUCH_FILE = 2;

type Done<Result> = (error: Error | null | undefined, result: Result) => void;

/** Files of a machine over SFTP; requests reject with ssh2's errors. */
export class Sftp {
  readonly #sftp: SFTPWrapper;
  /** Rejects when the session ends, with which requests go unanswered. */
  readonly #ended: Promise<never>;

  constructor(sftp: SFTPWrapper) {
    this.#sftp = sftp;
    this.#ended = once(sftp, "close").then(() => {
      throw new Error("the connection was lost");
    });
    this.#ended.catch(() => {});
  }

  /** Creates or replaces a file, and gives it its mode when all is written. */
  async writeFile(
    path: string,
    content: AsyncIterable<Buffer | string>,
    mode: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const handle = await this.#ask<Buffer>((done) =>
      this.#sftp.open(path, "w", mode === undefined ? {} : { mode }, done),
    );
    try {
      await this.#writeAll(handle, content, signal);
      if (mode !== undefined) {
        await this.#ask<void>((done) => this.#sftp.fchmod(handle, mode, done as () => void));
      }
    } finally {
      await this.#close(handle);
    }
  }

  /** The content of a file, in order. */
  async *readFile(path: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
    const handle = await this.#ask<Buffer>((done) => this.#sftp.open(path, "r", done));
    try {
      yield* this.#readAll(handle, signal);
    } finally {
      await this.#close(handle);
    }
  }

  /** Links are followed; `undefined` where nothing is. */
  async stat(path: string): Promise<SftpEntry | undefined> {
    try {
      const { mode } = await this.#ask<Stats>((done) => this.#sftp.stat(path, done));
      return { name: path, mode: mode & 0o7777, kind: kindOf(mode) };
    } catch (error) {
      if ((error as { code?: unknown }).code === NO_SUCH_FILE) return undefined;
      throw error;
    }
  }

  /** What is in a folder, itself and its parent left out. */
  async readFolder(path: string): Promise<SftpEntry[]> {
    type Listed = { filename: string; attrs: { mode: number } };
    const listed = await this.#ask<Listed[]>((done) =>
      this.#sftp.readdir(path, done as Parameters<SFTPWrapper["readdir"]>[1]),
    );
    return listed
      .filter(({ filename }) => filename !== "." && filename !== "..")
      .map(({ filename, attrs: { mode } }) => ({
        name: filename,
        mode: mode & 0o7777,
        kind: kindOf(mode),
      }));
  }

  /** Makes a folder; one that is there already gets the mode. */
  async makeFolder(path: string, mode: number): Promise<void> {
    try {
      await this.#ask<void>((done) => this.#sftp.mkdir(path, { mode }, done as () => void));
    } catch (error) {
      const found = await this.stat(path);
      if (found?.kind !== "folder") throw error;
    }
    await this.#ask<void>((done) => this.#sftp.chmod(path, mode, done as () => void));
  }

  /** The path with no links in it. */
  async realPath(path: string): Promise<string> {
    return await this.#ask<string>((done) => this.#sftp.realpath(path, done));
  }

  async #writeAll(
    handle: Buffer,
    content: AsyncIterable<Buffer | string>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const window = new Window(REQUESTS);
    let position = 0;
    for await (const piece of content) {
      const bytes = Buffer.from(piece as Buffer);
      for (let start = 0; start < bytes.length; start += CHUNK) {
        signal?.throwIfAborted();
        const chunk = bytes.subarray(start, start + CHUNK);
        const at = position;
        position += chunk.length;
        await window.run(() =>
          this.#ask<void>((done) =>
            this.#sftp.write(handle, chunk, 0, chunk.length, at, done as () => void),
          ),
        );
      }
    }
    await window.finish();
  }

  /** Reads ahead, further with each chunk that comes: a small file costs one request more than it needs. */
  async *#readAll(handle: Buffer, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
    let ahead: Promise<Buffer>[] = [];
    let next = 0;
    for (let position = 0, depth = 2; ; depth = Math.min(depth * 2, REQUESTS)) {
      signal?.throwIfAborted();
      while (ahead.length < depth) {
        const request = this.#read(handle, next);
        request.catch(() => {});
        ahead.push(request);
        next += CHUNK;
      }
      const chunk = (await ahead.shift()) as Buffer;
      if (chunk.length === 0) return;
      yield chunk;
      position += chunk.length;
      if (chunk.length === CHUNK) continue;
      // A server may answer less than was asked for: what was read ahead then lies behind a gap.
      await Promise.all(ahead);
      ahead = [];
      next = position;
    }
  }

  /** Empty at the end of the file. */
  async #read(handle: Buffer, position: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(CHUNK);
    const length = await this.#ask<number>((done) =>
      this.#sftp.read(handle, buffer, 0, CHUNK, position, done as () => void),
    );
    return buffer.subarray(0, length);
  }

  async #close(handle: Buffer): Promise<void> {
    await this.#ask<void>((done) => this.#sftp.close(handle, done as () => void)).catch(() => {});
  }

  async #ask<Result>(request: (done: Done<Result>) => void): Promise<Result> {
    const answer = new Promise<Result>((resolve, reject) => {
      request((error, result) => {
        if (error === null || error === undefined) resolve(result);
        else reject(error);
      });
    });
    return await Promise.race([answer, this.#ended]);
  }
}

function kindOf(mode: number): SftpEntry["kind"] {
  return KINDS.get(mode & 0o170000) ?? "other";
}
