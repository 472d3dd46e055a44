import { CloudSimError } from "./errors.ts";

/**
 * What a fault does to a request:
 * `error` answers an error in the provider's own shape and does nothing else;
 * `delay` waits, then handles the request;
 * `drop` closes the connection before anything is done;
 * `dropAfter` does what was asked, then closes the connection, so that the answer is lost.
 */
export type FaultKind = "error" | "delay" | "drop" | "dropAfter";

const KINDS: readonly FaultKind[] = ["error", "delay", "drop", "dropAfter"];

/** A fault to inject. Without `operation` it strikes requests of any operation. */
export interface Fault {
  kind: FaultKind;
  /** The operation to strike, such as `CreateImage`. */
  operation?: string;
  /** How many matching requests to leave alone first; 0 by default. */
  skip?: number;
  /** How many matching requests to strike; 1 by default, `Infinity` for all. */
  times?: number;
  /** Strikes only the n-th matching request from now on, 1 being the next; instead of `skip` and `times`. */
  call?: number;
  /** For `error`: the HTTP status; 500 by default. */
  status?: number;
  /** For `error`: the provider's own code; `injected_fault` by default. */
  code?: string;
  /** For `error`: the message. */
  message?: string;
  /** For `delay`: how long to wait, in milliseconds; 50 by default. */
  delayMs?: number;
}

/** A fault that has been injected. */
export interface InjectedFault {
  readonly fault: Readonly<Fault>;
  /** How many requests it has struck. */
  readonly hits: number;
  /** Takes the fault out again. */
  remove(): void;
}

/** The faults of one stand-in. */
export interface Faults {
  /**
   * Adds a fault. Where several match one request, the one injected first strikes; every one counts the request.
   *
   * @throws {CloudSimError} `BAD_OPTION` for an unknown kind or a count out of range.
   */
  inject(fault: Fault): InjectedFault;
  /** Takes all faults out. */
  clear(): void;
}

interface PlannedFault {
  readonly fault: Readonly<Fault>;
  readonly skip: number;
  readonly times: number;
  seen: number;
  hits: number;
}

/** Decides which requests a fault strikes. */
export class FaultPlan implements Faults {
  #planned: PlannedFault[] = [];

  inject(fault: Fault): InjectedFault {
    checkFault(fault);
    const planned: PlannedFault = {
      fault: { ...fault },
      skip: fault.call === undefined ? (fault.skip ?? 0) : fault.call - 1,
      times: fault.call === undefined ? (fault.times ?? 1) : 1,
      seen: 0,
      hits: 0,
    };
    this.#planned.push(planned);
    return {
      fault: planned.fault,
      get hits() {
        return planned.hits;
      },
      remove: () => {
        this.#planned = this.#planned.filter((other) => other !== planned);
      },
    };
  }

  clear(): void {
    this.#planned = [];
  }

  /** The fault that strikes a request of this operation, if any. Counts the request. */
  next(operation: string): Readonly<Fault> | undefined {
    let striking: PlannedFault | undefined;
    for (const planned of this.#planned) {
      if (planned.fault.operation !== undefined && planned.fault.operation !== operation) continue;
      planned.seen += 1;
      const isDue = planned.seen > planned.skip && planned.hits < planned.times;
      if (isDue && striking === undefined) striking = planned;
    }
    if (striking !== undefined) striking.hits += 1;
    return striking?.fault;
  }
}

function checkFault(fault: Fault): void {
  if (!KINDS.includes(fault.kind)) {
    throw new CloudSimError(
      "BAD_OPTION",
      `a fault of kind ${JSON.stringify(fault.kind)} is unknown: use one of ${KINDS.join(", ")}`,
    );
  }
  checkCount("call", fault.call, 1);
  checkCount("skip", fault.skip, 0);
  checkCount("times", fault.times, 1);
  checkCount("delayMs", fault.delayMs, 0);
  if (fault.call !== undefined && (fault.skip !== undefined || fault.times !== undefined)) {
    throw new CloudSimError(
      "BAD_OPTION",
      "a fault has call together with skip or times: use either call, or skip and times",
    );
  }
  if (fault.status !== undefined && !(fault.status >= 400 && fault.status <= 599)) {
    throw new CloudSimError(
      "BAD_OPTION",
      `the fault's status ${fault.status} is no error: use 400 to 599`,
    );
  }
}

function checkCount(name: string, value: number | undefined, least: number): void {
  if (value === undefined || value === Number.POSITIVE_INFINITY) return;
  if (Number.isInteger(value) && value >= least) return;
  throw new CloudSimError(
    "BAD_OPTION",
    `the fault's ${name} is ${value}: use a whole number from ${least} on`,
  );
}
