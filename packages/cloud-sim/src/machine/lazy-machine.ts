import type { Machine } from "./machine.ts";
import type { Snapshot } from "./snapshot.ts";

/** A machine that is made when it is first used, so that who never runs a command does not load the shell. */
export class LazyMachine {
  readonly #origin: Snapshot;
  readonly #hostname: string;
  #machine: Promise<Machine> | undefined;

  constructor(origin: Snapshot, hostname: string) {
    this.#origin = origin;
    this.#hostname = hostname;
  }

  /** The machine itself. */
  open(): Promise<Machine> {
    this.#machine ??= import("./machine.ts").then(({ Machine }) =>
      Machine.start({ snapshot: this.#origin, hostname: this.#hostname }),
    );
    return this.#machine;
  }

  /** All files, as they are now. */
  async snapshot(): Promise<Snapshot> {
    return this.#machine === undefined ? this.#origin : (await this.#machine).snapshot();
  }
}
