import { setTimeout as sleep } from "node:timers/promises";
import { isNotFound } from "./errors.ts";
import { traces } from "./sdk.ts";
import { type Trace, toAzureError } from "./sdk-errors.ts";

/** Something that the cloud is at. */
export interface Operation<Result = unknown> {
  /** What is being done, such as `creating the image web-1`. */
  readonly what: string;
  /**
   * Resolves when it is done. It can be waited for again after a wait was cancelled.
   *
   * @throws {AzureError} `OPERATION_FAILED` or `QUOTA_EXCEEDED`, with the operation's own code as `azureCode`.
   */
  wait(signal?: AbortSignal): Promise<Result>;
}

/** The part of the SDK's pollers that is used. They are promises too, which poll at a pace of their own. */
export interface Poller<Result> {
  readonly isDone: boolean;
  readonly result: Result | undefined;
  submitted(): Promise<void>;
  poll(): Promise<unknown>;
}

/** The pauses between two questions, in milliseconds; the cloud may ask for longer ones. */
const PAUSES = { first: 10, longest: 5000 };

/** Asks the cloud for something once. */
export async function call<Answer>(
  what: string,
  signal: AbortSignal | undefined,
  ask: (options: { abortSignal?: AbortSignal }) => Promise<Answer>,
): Promise<Answer> {
  signal?.throwIfAborted();
  const trace: Trace = {};
  try {
    return await traces.run(trace, () => ask(signal === undefined ? {} : { abortSignal: signal }));
  } catch (error) {
    signal?.throwIfAborted();
    throw toAzureError(what, error, trace);
  }
}

/** Asks the cloud to do something that takes time. The asking cannot be cancelled half-way, the waiting can. */
export async function begin<Result>(
  what: string,
  start: () => Poller<Result>,
): Promise<Operation<Result>> {
  const trace: Trace = {};
  try {
    return await traces.run(trace, async () => {
      const poller = start();
      await poller.submitted();
      return {
        what,
        wait: (signal) => traces.run(trace, () => finish(what, poller, trace, signal)),
      };
    });
  } catch (error) {
    throw toAzureError(what, error, trace);
  }
}

async function finish<Result>(
  what: string,
  poller: Poller<Result>,
  trace: Trace,
  signal: AbortSignal | undefined,
): Promise<Result> {
  for (let pause = PAUSES.first; ; pause = Math.min(pause * 2, PAUSES.longest)) {
    signal?.throwIfAborted();
    try {
      // Not cancelled by the signal itself: the SDK's poller would be of no use any longer.
      await unlessAborted(poller.poll(), signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw toAzureError(what, error, trace);
    }
    if (poller.isDone) return poller.result as Result;
    await sleep(Math.max(pause, trace.retryAfter ?? 0), undefined, { signal });
  }
}

async function unlessAborted(work: Promise<unknown>, signal?: AbortSignal): Promise<void> {
  if (signal === undefined) return void (await work);
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
    work.catch(() => {});
  }
}

/** What a call answers; `undefined` where the thing is not there. */
export async function ifThere<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
