import { EventEmitter, once } from "node:events";
import { ApiError } from "../frame/errors.ts";
import { LazyMachine } from "../machine/lazy-machine.ts";
import type { Machine } from "../machine/machine.ts";
import { type Image, shortId } from "./images.ts";
import {
  type ContainerConfig,
  type ContainerStatus,
  DEFAULT_SEARCH_PATH,
  environmentOf,
  type HostConfig,
} from "./model.ts";
import { NoSuchProgram, requireProgram, runProcess, waitsForever } from "./process.ts";

/** How much of a container's output is kept, in bytes. */
const MAX_LOG_BYTES = 1024 * 1024;
/** The exit status of a process that was killed. */
const KILLED = 137;

/** Output of a container's own process. */
export interface LogEntry {
  /** 1 for standard output, 2 for errors. */
  stream: 1 | 2;
  bytes: Buffer;
}

/** What a new container is made of. */
export interface NewContainer {
  id: string;
  name: string;
  image: Image;
  /** With what the image adds. */
  config: ContainerConfig;
  hostConfig: HostConfig;
}

async function makeFolder(machine: Machine, path: string): Promise<void> {
  if (path === "" || (await machine.find(path)) !== undefined) return;
  await machine.write({ type: "directory", path, mode: 0o755, modifiedAt: new Date() });
}

/** A container: a machine made from an image, and the one process that it is there for. */
export class Container {
  readonly id: string;
  readonly name: string;
  readonly image: Image;
  readonly config: ContainerConfig;
  readonly hostConfig: HostConfig;
  readonly machine: LazyMachine;
  readonly created = new Date();
  readonly logs: LogEntry[] = [];
  readonly execIds: string[] = [];
  status: ContainerStatus = "created";
  exitStatus = 0;
  /** Why it could not be started; empty otherwise. */
  error = "";
  startedAt: Date | undefined;
  finishedAt: Date | undefined;
  #running = new AbortController();
  readonly #events = new EventEmitter<{ exit: []; gone: [] }>();

  constructor(made: NewContainer) {
    this.id = made.id;
    this.name = made.name;
    this.image = made.image;
    this.config = made.config;
    this.hostConfig = made.hostConfig;
    this.machine = new LazyMachine(made.image.files, made.config.Hostname || shortId(made.id));
    this.#events.setMaxListeners(0);
  }

  get isRunning(): boolean {
    return this.status === "running";
  }

  /** The words of its own process. */
  get words(): string[] {
    return [...(this.config.Entrypoint ?? []), ...(this.config.Cmd ?? [])];
  }

  /** The environment of its processes. */
  get env(): Record<string, string> {
    return { PATH: DEFAULT_SEARCH_PATH, ...environmentOf(this.config.Env) };
  }

  /** Aborted when the container stops. */
  get running(): AbortSignal {
    return this.#running.signal;
  }

  /**
   * Starts its process.
   *
   * @throws {ApiError} 400 where the program does not exist.
   */
  async start(): Promise<void> {
    const machine = await this.machine.open();
    try {
      await requireProgram(machine, this.words[0] ?? "", this.env);
    } catch (error) {
      if (!(error instanceof NoSuchProgram)) throw error;
      this.exitStatus = 127;
      this.error = `failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ${error.message}`;
      throw new ApiError(400, "cannot_start", this.error);
    }
    await makeFolder(machine, this.config.WorkingDir);
    this.#running = new AbortController();
    this.status = "running";
    this.exitStatus = 0;
    this.error = "";
    this.startedAt = new Date();
    if (waitsForever(this.words, this.config.OpenStdin || this.config.Tty)) return;
    void this.#run(this.#running.signal);
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { exitStatus, stdout, stderr } = await runProcess(await this.machine.open(), {
      words: this.words,
      env: this.env,
      workingDirectory: this.config.WorkingDir,
      signal,
    }).catch((error: Error) => ({
      exitStatus: 126,
      stdout: Buffer.alloc(0),
      stderr: Buffer.from(`${error.message}\n`),
    }));
    if (signal.aborted) return;
    this.#log(1, stdout);
    this.#log(2, stderr);
    this.#finish(exitStatus);
  }

  #log(stream: 1 | 2, bytes: Buffer): void {
    if (bytes.length > 0) this.logs.push({ stream, bytes: bytes.subarray(-MAX_LOG_BYTES) });
  }

  /** Kills its process; the machine keeps its files. One that does not run is left as it is. */
  stop(exitStatus = KILLED): void {
    if (this.isRunning) this.#finish(exitStatus);
  }

  #finish(exitStatus: number): void {
    this.status = "exited";
    this.exitStatus = exitStatus;
    this.finishedAt = new Date();
    this.#running.abort();
    this.#events.emit("exit");
  }

  /** Waits until it does not run; with `next`, until the next time that it stops. */
  async waitForExit(next: boolean, signal: AbortSignal): Promise<void> {
    if (this.isRunning || next) await once(this.#events, "exit", { signal });
  }

  /** Calls back at each stop. */
  onExit(listener: () => void): void {
    this.#events.on("exit", listener);
  }

  /** Tells those who wait that it has been removed. */
  announceRemoval(): void {
    this.#events.emit("gone");
  }

  /** Calls back when it is removed. */
  onRemoval(listener: () => void): void {
    this.#events.once("gone", listener);
  }

  /** Waits until it is removed. */
  async waitForRemoval(signal: AbortSignal): Promise<void> {
    await once(this.#events, "gone", { signal });
  }
}
