import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, stat } from "node:fs/promises";
import { basename, dirname, join, matchesGlob, posix, relative } from "node:path";
import { Readable, type Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type {
  Communicator,
  CommunicatorOptions,
  FileInfo,
  RemoteCommand,
} from "@packerkit/plugin-sdk";
import type { HappyCloudClient } from "./client.ts";

/** Reaches into an instance through the cloud's own API: no network to the instance is needed. */
export class HappyCloudCommunicator implements Communicator {
  readonly #client: HappyCloudClient;
  readonly #instance: string;

  constructor(client: HappyCloudClient, instance: string) {
    this.#client = client;
    this.#instance = instance;
  }

  async start(command: RemoteCommand, { signal }: CommunicatorOptions = {}): Promise<number> {
    const stdin = command.stdin === undefined ? "" : await text(command.stdin);
    const result = await this.#client.exec(
      this.#instance,
      { command: command.command, stdin },
      signal,
    );
    await writeAll(command.stdout, result.stdout);
    await writeAll(command.stderr, result.stderr);
    return result.exit_status;
  }

  async upload(
    path: string,
    content: Readable,
    info?: Pick<FileInfo, "mode">,
    { signal }: CommunicatorOptions = {},
  ): Promise<void> {
    const mode = `0${(info?.mode ?? 0o644).toString(8)}`;
    await this.#client.putFile(this.#instance, { path, mode }, content, signal);
  }

  async uploadDirectory(
    destination: string,
    source: string,
    exclude: readonly string[],
    options: CommunicatorOptions = {},
  ): Promise<void> {
    const target = source.endsWith("/") ? destination : posix.join(destination, basename(source));
    for (const entry of await readdir(source, { recursive: true, withFileTypes: true })) {
      const local = join(entry.parentPath, entry.name);
      const name = relative(source, local);
      if (!entry.isFile() || exclude.some((glob) => matchesGlob(name, glob))) continue;
      const { mode } = await stat(local);
      const remote = posix.join(target, ...name.split(/[\\/]/));
      await this.upload(remote, createReadStream(local), { mode: mode & 0o7777 }, options);
    }
  }

  async download(
    path: string,
    destination: Writable,
    { signal }: CommunicatorOptions = {},
  ): Promise<void> {
    const response = await this.#client.getFile(this.#instance, path, signal);
    const body = response.body === null ? Readable.from([]) : Readable.fromWeb(response.body);
    await pipeline(body, destination, { signal });
  }

  async downloadDirectory(
    source: string,
    destination: string,
    exclude: readonly string[],
    options: CommunicatorOptions = {},
  ): Promise<void> {
    const find = { command: `find ${quote(source)} -type f`, stdin: "" };
    const { stdout } = await this.#client.exec(this.#instance, find, options.signal);
    for (const path of stdout.split("\n").filter((line) => line !== "")) {
      const name = posix.relative(source, path);
      if (name.startsWith("..") || exclude.some((glob) => matchesGlob(name, glob))) continue;
      const local = join(destination, name);
      await mkdir(dirname(local), { recursive: true });
      await this.download(path, createWriteStream(local), options);
    }
  }
}

async function writeAll(stream: Writable | undefined, content: string): Promise<void> {
  if (stream !== undefined) await pipeline(Readable.from([content]), stream);
}

function quote(argument: string): string {
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}
