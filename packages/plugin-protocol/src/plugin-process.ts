import { type ChildProcess, spawn } from "node:child_process";
import { messageOf, ProtocolError } from "./errors.ts";
import { MAGIC_COOKIE } from "./handshake.ts";
import { readLines } from "./lines.ts";

/** Which plugin to run, and how. */
export interface PluginCommand {
  /** The plugin's executable. */
  file: string;
  /** Arguments that come before those of the plugin itself: for a `file` that is an interpreter. */
  leadingArguments?: readonly string[];
  /** Variables to set besides those of this process; `undefined` removes one. */
  environment?: Readonly<Record<string, string | undefined>>;
  /** Gets each line that the plugin logs on stderr. */
  onLog?: (line: string) => void;
}

/** How many of a plugin's last lines an error shows. */
const SHOWN_LINES = 10;

/** How long a process may take to end by itself before it is killed, in milliseconds. */
const EXIT_GRACE = 2_000;

/** A plugin's process, with the environment that Packer gives it. */
export class PluginProcess {
  readonly child: ChildProcess;
  /** Settles once the process has ended: its exit code, or the signal that ended it. Never rejects. */
  readonly exited: Promise<number | NodeJS.Signals>;
  readonly #file: string;
  readonly #lastLines: string[] = [];

  constructor(
    { file, leadingArguments = [], environment = {}, onLog }: PluginCommand,
    pluginArguments: readonly string[],
  ) {
    this.#file = file;
    this.child = spawn(file, [...leadingArguments, ...pluginArguments], {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        [MAGIC_COOKIE.key]: MAGIC_COOKIE.value,
        PACKER_PLUGIN_MIN_PORT: "10000",
        PACKER_PLUGIN_MAX_PORT: "25000",
        ...environment,
      },
    });
    const { promise, resolve } = Promise.withResolvers<number | NodeJS.Signals>();
    this.exited = promise;
    this.child.once("close", (code, signal) => resolve(code ?? signal ?? 1));
    this.child.once("error", (error) => this.#log(messageOf(error)));
    if (this.child.stderr !== null) {
      readLines(this.child.stderr, (line) => {
        this.#log(line);
        onLog?.(line);
      });
    }
  }

  /** An error that names the plugin and shows the last lines that it logged. */
  error(message: string, cause?: unknown): ProtocolError {
    const log = this.#lastLines.length === 0 ? "" : `\n  ${this.#lastLines.join("\n  ")}`;
    const text = `the plugin ${this.#file} did not start: ${message}${log}`;
    return new ProtocolError("PLUGIN_START", text, { cause });
  }

  /** Waits for the process to end by itself, and kills it where that takes more than two seconds. */
  async end(): Promise<void> {
    const timer = setTimeout(() => this.child.kill("SIGKILL"), EXIT_GRACE);
    await this.exited;
    clearTimeout(timer);
  }

  /** Kills the process and waits for its end. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.exited;
  }

  #log(line: string): void {
    this.#lastLines.push(line.slice(0, 500));
    if (this.#lastLines.length > SHOWN_LINES) this.#lastLines.shift();
  }
}
