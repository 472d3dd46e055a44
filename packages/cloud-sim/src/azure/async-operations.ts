import { randomUUID } from "node:crypto";
import type { Exchange } from "../frame/exchange.ts";
import { ArmError, type ArmErrorDetail, formatError } from "./errors.ts";

/** How an operation ends where it does not succeed. */
export interface AzureOperationFailure {
  /** Such as `OverconstrainedAllocationRequest`. */
  code: string;
  message: string;
  details?: readonly ArmErrorDetail[];
}

/** What an operation does when it ends. */
export interface OperationStart {
  /** What the request that begins it is called, such as `Images_CreateOrUpdate`. */
  operation: string;
  location: string;
  /**
   * Brings about the effects, where it has not failed. What is answered is the operation's output; an error that is
   * thrown is how it ends.
   */
  finish(failure: AzureOperationFailure | undefined): unknown;
}

interface StoredOperation {
  id: string;
  start: OperationStart;
  isDeletion: boolean;
  endsAt: number;
  startTime: string;
  endTime: string | undefined;
  failure: AzureOperationFailure | undefined;
  output: unknown;
  isDone: boolean;
}

/** The asynchronous operations of a cloud. Their effects come when they end. */
export class AsyncOperations {
  readonly #subscription: string;
  readonly #durationMs: number;
  readonly #retryAfterSeconds: number;
  readonly #all = new Map<string, StoredOperation>();
  readonly #planned: { operation: string; failure: AzureOperationFailure }[] = [];

  constructor(options: { subscription: string; operationMs: number; retryAfterSeconds: number }) {
    this.#subscription = options.subscription;
    this.#durationMs = options.operationMs;
    this.#retryAfterSeconds = options.retryAfterSeconds;
  }

  /** Makes the next operation that a request of this name begins, such as `Images_CreateOrUpdate`, end in an error. */
  plan(operation: string, failure: AzureOperationFailure): void {
    this.#planned.push({ operation, failure });
  }

  /** Begins an operation, and writes into the answer where its state can be asked for. */
  start(exchange: Exchange, start: OperationStart): void {
    const at = this.#planned.findIndex(({ operation }) => operation === start.operation);
    const [planned] = at === -1 ? [] : this.#planned.splice(at, 1);
    const stored: StoredOperation = {
      id: randomUUID(),
      start,
      isDeletion: exchange.request.method === "DELETE",
      endsAt: performance.now() + this.#durationMs,
      startTime: new Date().toISOString(),
      endTime: undefined,
      failure: planned?.failure,
      output: undefined,
      isDone: false,
    };
    this.#all.set(stored.id, stored);
    this.#pointAt(exchange, stored);
  }

  /** Ends the operations whose time has come. */
  settle(): void {
    const now = performance.now();
    for (const operation of this.#all.values()) {
      if (!operation.isDone && operation.endsAt <= now) end(operation);
    }
  }

  /** Answers what `Azure-AsyncOperation` points at: always 200, with a status. */
  sendStatus(exchange: Exchange, id: string): void {
    const operation = this.#find(id);
    const { isDone, failure, startTime, endTime, output } = operation;
    if (!isDone) this.#pointAt(exchange, operation);
    exchange.sendJson(200, {
      name: id,
      startTime,
      ...(endTime === undefined ? {} : { endTime }),
      status: !isDone ? "InProgress" : failure === undefined ? "Succeeded" : "Failed",
      ...(isDone && output !== undefined ? { properties: { output } } : {}),
      ...(isDone && failure !== undefined ? { error: failure } : {}),
    });
  }

  /** Answers what `Location` points at: 202 until the end, then the output, nothing, or the error. */
  sendResult(exchange: Exchange, id: string): void {
    const operation = this.#find(id);
    const { isDone, failure, output } = operation;
    if (!isDone) {
      this.#pointAt(exchange, operation);
      exchange.sendEmpty(202);
    } else if (failure !== undefined) {
      const { code, message, details } = failure;
      exchange.sendJson(409, formatError(new ArmError(409, code, message, details)));
    } else if (output === undefined) exchange.sendEmpty(operation.isDeletion ? 204 : 200);
    else exchange.sendJson(200, output);
  }

  #pointAt(exchange: Exchange, { id, start }: StoredOperation): void {
    const { response, request } = exchange;
    const provider = `subscriptions/${this.#subscription}/providers/Microsoft.Resources`;
    const base = `https://${request.headers.host}/${provider}/locations/${start.location}`;
    response.setHeader("azure-asyncoperation", `${base}/operations/${id}?api-version=2025-04-01`);
    if (request.method !== "PUT" && request.method !== "PATCH") {
      response.setHeader("location", `${base}/operationResults/${id}?api-version=2025-04-01`);
    }
    response.setHeader("retry-after", String(this.#retryAfterSeconds));
  }

  #find(id: string): StoredOperation {
    const found = this.#all.get(id);
    if (found !== undefined) return found;
    throw new ArmError(404, "NotFound", `The operation '${id}' was not found.`);
  }
}

function end(operation: StoredOperation): void {
  operation.isDone = true;
  operation.endTime = new Date().toISOString();
  try {
    operation.output = operation.start.finish(operation.failure);
  } catch (error) {
    const { code = "InternalServerError", message, details } = error as ArmError;
    operation.failure = { code, message, ...(details === undefined ? {} : { details }) };
  }
}
