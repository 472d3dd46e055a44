import { setTimeout as sleep } from "node:timers/promises";
import type { Ui } from "@packerkit/plugin-sdk";
import { formatDuration } from "@packerkit/ssh-communicator";
import type { AzureClient } from "./client.ts";
import { AzureError, isRefusal, joinErrors } from "./errors.ts";
import type { Operation } from "./operation.ts";
import { describeResource } from "./resource-id.ts";

/** A resource that a build makes, and what is known of it. */
export interface Made {
  readonly id: string;
  /** Whether it may be there: the cloud was asked to make it, and did not refuse. */
  mayExist: boolean;
  /** The cloud's answer was lost: it may be there, or come to be. */
  isUncertain: boolean;
  /** The operation that is at making it. */
  operation?: Operation | undefined;
}

/** A resource that nobody has asked for yet. */
export function notMade(id: string): Made {
  return { id, mayExist: false, isUncertain: false };
}

/** How long a clean-up waits for one thing, in milliseconds. */
const CLEAN_UP_PATIENCE = 900_000;

/** How often, and how far apart in milliseconds, a clean-up looks again for what may still come to be. */
const SECOND_LOOKS = { count: 3, pause: 200 };

/** How to wait for what is made. */
export interface Patience {
  signal: AbortSignal;
  /** In milliseconds. */
  timeout: number;
  /** The setting that the timeout comes from. */
  setting?: string;
}

/**
 * Asks the cloud to make a thing, and waits until it is made; notes what is known of it. The asking cannot be
 * cancelled, the waiting can.
 */
export async function make<Result>(
  made: Made,
  patience: Patience,
  ask: () => Promise<Operation<Result>>,
): Promise<Result> {
  patience.signal.throwIfAborted();
  made.mayExist = true;
  let operation: Operation<Result>;
  try {
    operation = await ask();
  } catch (error) {
    made.mayExist = !isRefusal(error);
    made.isUncertain = made.mayExist;
    throw error;
  }
  made.operation = operation;
  const result = await waitFor(operation, patience);
  made.operation = undefined;
  return result;
}

/** Waits for an operation. @throws {AzureError} `TIMED_OUT` and the operation's own. */
export async function waitFor<Result>(
  operation: Operation<Result>,
  { signal, timeout, setting = "polling_duration_timeout" }: Patience,
): Promise<Result> {
  const limit = AbortSignal.timeout(timeout);
  try {
    return await operation.wait(AbortSignal.any([signal, limit]));
  } catch (cause) {
    if (!limit.aborted || signal.aborted) throw cause;
    throw new AzureError(
      "TIMED_OUT",
      `${operation.what} took longer than ${formatDuration(timeout)}; raise ${setting} where that is too short`,
      { cause },
    );
  }
}

/** Waits until nothing is at making a thing any longer. How it ended does not matter. */
export async function settle(made: Made): Promise<void> {
  const signal = AbortSignal.timeout(CLEAN_UP_PATIENCE);
  await made.operation?.wait(signal).catch(() => {});
  made.operation = undefined;
}

/** Removes a thing that was made, or that may have been, and waits until it is gone. */
export async function unmake(
  made: Made,
  { client, ui }: { client: AzureClient; ui: Ui },
): Promise<void> {
  if (!made.mayExist) return;
  ui.say(`Deleting the ${describeResource(made.id)}`);
  await settle(made);
  await removeUntilGone(made, () => client.deleteResource(made.id));
}

/** Removes several things in their order; whatever fails, all the others are tried too. */
export async function unmakeAll(
  things: readonly Made[],
  tools: { client: AzureClient; ui: Ui },
): Promise<void> {
  const errors: unknown[] = [];
  for (const made of things) {
    await unmake(made, tools).catch((error: unknown) => errors.push(error));
  }
  if (errors.length > 0) throw joinErrors("DESTROY_FAILED", "not everything was removed", errors);
}

/** Removes a thing, and looks again for one that may still come to be. */
export async function removeUntilGone(
  made: Made,
  remove: () => Promise<Operation | undefined>,
): Promise<void> {
  const signal = AbortSignal.timeout(CLEAN_UP_PATIENCE);
  for (let look = 0; ; look++) {
    const removal = await remove();
    await removal?.wait(signal);
    if (removal !== undefined || !made.isUncertain || look === SECOND_LOOKS.count) break;
    await sleep(SECOND_LOOKS.pause);
  }
  made.mayExist = false;
}

/** Names things that may still be there, for who has to delete them. */
export function leftBehind(...things: readonly (Made | undefined)[]): string[] {
  return things
    .filter((made) => made?.mayExist === true)
    .map((made) => describeResource((made as Made).id));
}
