import { createHash } from "node:crypto";
import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Communicator, FileInfo } from "../../src/index.ts";

/** A file as the fixture's machine keeps it: its digest, its size, and the content of small ones. */
export interface KeptFile {
  sha256: string;
  size: number;
  text: string;
  info: FileInfo | undefined;
}

/**
 * A machine that lives in memory, and a communicator that reaches it. Besides the files that were uploaded,
 * `/zeros/N` holds N zero bytes and `/digest/PATH` the digest of PATH.
 */
export class FixtureMachine implements Communicator {
  readonly files = new Map<string, KeptFile>();
  readonly calls: string[] = [];

  /**
   * Knows these commands: `cat` copies its input, `echo TEXT` and `warn TEXT` write a line, `exit N` ends with N,
   * `wait` runs until it is cancelled, `flood N` writes N bytes, `break` fails.
   */
  async start(
    { command, stdin, stdout, stderr }: Parameters<Communicator["start"]>[0],
    options: Parameters<Communicator["start"]>[1] = {},
  ): Promise<number> {
    const [verb, ...words] = command.split(" ");
    const text = words.join(" ");
    let status = 0;
    if (verb === "break") throw new Error("the machine is broken");
    if (verb === "exit") status = Number(text);
    if (verb === "echo") stdout?.write(`${text}\n`);
    if (verb === "warn") stderr?.write(`${text}\n`);
    if (verb === "flood" && stdout !== undefined) {
      await pipeline(zeros(Number(text)), stdout, { end: false });
    }
    if (verb === "cat" && stdin !== undefined && stdout !== undefined) {
      await pipeline(stdin, stdout, { end: false });
    }
    if (verb === "wait") {
      this.calls.push("wait began");
      if (options.signal?.aborted !== true) await once(options.signal as AbortSignal, "abort");
      this.calls.push("wait was cancelled");
      throw options.signal?.reason;
    }
    stdout?.end();
    stderr?.end();
    return status;
  }

  async upload(path: string, content: Readable, info?: FileInfo): Promise<void> {
    if (path === "/readonly") throw new Error("the file system is read-only");
    const hash = createHash("sha256");
    let size = 0;
    let text = "";
    for await (const chunk of content) {
      hash.update(chunk);
      size += chunk.length;
      if (size < 1024) text += chunk;
    }
    this.files.set(path, { sha256: hash.digest("hex"), size, text, info });
  }

  async download(path: string, destination: NodeJS.WritableStream): Promise<void> {
    const size = /^\/zeros\/(\d+)$/.exec(path)?.[1];
    const file = this.files.get(path);
    const digest = this.files.get(path.replace(/^\/digest/, ""))?.sha256;
    if (size !== undefined) await pipeline(zeros(Number(size)), destination);
    else if (path.startsWith("/digest") && digest) await pipeline([digest], destination);
    else if (file !== undefined) await pipeline([file.text], destination);
    else throw new Error(`no such file: ${path}`);
  }

  async uploadDirectory(destination: string, source: string, exclude: readonly string[]) {
    if (source === "/nowhere") throw new Error("no such directory: /nowhere");
    this.calls.push(`upload ${source} to ${destination} without ${exclude.join(" ")}`);
  }

  async downloadDirectory(source: string, destination: string, exclude: readonly string[]) {
    this.calls.push(`download ${source} to ${destination} without ${exclude.join(" ")}`);
  }
}

/** A stream of so many zero bytes. */
export function zeros(size: number): Readable {
  return Readable.from(
    (function* () {
      for (let left = size; left > 0; left -= 65_536) yield Buffer.alloc(Math.min(left, 65_536));
    })(),
  );
}
