import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { notFound } from "./errors.ts";
import { newId, selfLink } from "./names.ts";

/** How an operation ends where it does not succeed. */
export interface OperationFailure {
  /** Such as `QUOTA_EXCEEDED`. */
  code: string;
  message: string;
}

/** What an operation is about. */
export interface OperationStart {
  /** `projects/p/global` or `projects/p/zones/z`. */
  scope: string;
  /** `insert`, `delete` and the like. */
  type: string;
  /** The path of the resource. */
  target: string;
  /** The request's own id; a repeated one answers the operation that it began. */
  requestId: string;
  /** What is done when it ends. */
  finish(failure: OperationFailure | undefined): void;
}

interface StoredOperation {
  path: string;
  id: string;
  start: OperationStart;
  startedAt: number;
  endsAt: number;
  startTime: string;
  endTime: string | undefined;
  failure: OperationFailure | undefined;
  isDone: boolean;
}

/** The long-running operations of a cloud. Their effects come when they end. */
export class Operations {
  readonly #durationMs: number;
  readonly #longestWaitMs: number;
  readonly #all = new Map<string, StoredOperation>();
  readonly #byRequest = new Map<string, StoredOperation>();
  readonly #planned: { operation: string; failure: OperationFailure }[] = [];

  constructor(durationMs: number, longestWaitMs: number) {
    this.#durationMs = durationMs;
    this.#longestWaitMs = longestWaitMs;
  }

  /** Makes the next operation that a request of this name begins, such as `images.insert`, end in an error. */
  plan(operation: string, failure: OperationFailure): void {
    this.#planned.push({ operation, failure });
  }

  /** The operation that a request with this id began, as the API shows it. */
  begunBy(requestId: string): object | undefined {
    const known = requestId === "" ? undefined : this.#byRequest.get(requestId);
    return known === undefined ? undefined : view(known);
  }

  /** Begins an operation; answers it as the API shows it. */
  start(operation: string, start: OperationStart): object {
    const at = this.#planned.findIndex((planned) => planned.operation === operation);
    const [planned] = at === -1 ? [] : this.#planned.splice(at, 1);
    const name = `operation-${Date.now()}-${randomBytes(8).toString("hex")}`;
    const now = performance.now();
    const stored: StoredOperation = {
      path: `${start.scope}/operations/${name}`,
      id: newId(),
      start,
      startedAt: now,
      endsAt: now + this.#durationMs,
      startTime: new Date().toISOString(),
      endTime: undefined,
      failure: planned?.failure,
      isDone: false,
    };
    this.#all.set(stored.path, stored);
    if (start.requestId !== "") this.#byRequest.set(start.requestId, stored);
    return view(stored);
  }

  /** Ends the operations whose time has come. */
  settle(): void {
    const now = performance.now();
    for (const operation of this.#all.values()) {
      if (operation.isDone || operation.endsAt > now) continue;
      operation.isDone = true;
      operation.endTime = new Date().toISOString();
      operation.start.finish(operation.failure);
    }
  }

  /** An operation as it is now. */
  get(path: string): object {
    return view(this.#find(path));
  }

  /** An operation as it is when it has ended, or after the longest wait. */
  async wait(path: string): Promise<object> {
    const operation = this.#find(path);
    const left = Math.min(operation.endsAt - performance.now(), this.#longestWaitMs);
    if (left > 0) await sleep(left + 1, undefined, { ref: false });
    this.settle();
    return view(operation);
  }

  #find(path: string): StoredOperation {
    const found = this.#all.get(path);
    if (found === undefined) throw notFound(path);
    return found;
  }
}

function view(operation: StoredOperation): object {
  const { path, id, start, startTime, endTime, failure, isDone } = operation;
  const place = /\/(zone|region)s\/[^/]+$/.exec(start.scope);
  const passed = performance.now() - operation.startedAt;
  const progress = Math.min(
    99,
    Math.floor((100 * passed) / (operation.endsAt - operation.startedAt)),
  );
  return {
    kind: "compute#operation",
    id,
    name: path.slice(path.lastIndexOf("/") + 1),
    ...(place === null ? {} : { [place[1] as string]: selfLink(start.scope) }),
    operationType: start.type,
    targetLink: selfLink(start.target),
    status: isDone ? "DONE" : "RUNNING",
    progress: isDone ? 100 : progress || 0,
    insertTime: startTime,
    startTime,
    selfLink: selfLink(path),
    ...(endTime === undefined ? {} : { endTime }),
    ...(isDone && failure !== undefined
      ? {
          httpErrorStatusCode: 403,
          httpErrorMessage: "FORBIDDEN",
          error: { errors: [{ ...failure }] },
        }
      : {}),
  };
}
