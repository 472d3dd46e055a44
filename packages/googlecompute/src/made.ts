import { setTimeout as sleep } from "node:timers/promises";
import type { Ui } from "@packerkit/plugin-sdk";
import { formatDuration } from "@packerkit/ssh-communicator";
import type { ComputeClient, Operation } from "./client.ts";
import { GoogleComputeError } from "./errors.ts";

/** A thing of the cloud that a build makes, and what is known of it. */
export interface Made {
  /** Whether it may be there: the cloud was asked to make it, and did not refuse. */
  mayExist: boolean;
  /** The cloud's answer was lost: it may be there, or come to be. */
  isUncertain: boolean;
  /** The operation that is at making it. */
  operation?: Operation | undefined;
}

/** A thing that nobody has asked for yet. */
export function notMade(): Made {
  return { mayExist: false, isUncertain: false };
}

/** How long a clean-up waits for one thing, in milliseconds. */
const CLEAN_UP_PATIENCE = 300_000;

/** How often, and how far apart in milliseconds, a clean-up looks again for what may still come to be. */
const SECOND_LOOKS = { count: 3, pause: 200 };

/** Refusals that pass by themselves. */
const TRANSIENT: readonly (string | undefined)[] = [
  "resourceNotReady",
  "resourceInUseByAnotherResource",
];

/** How to wait for what is made. */
export interface Patience {
  client: ComputeClient;
  ui: Ui;
  signal: AbortSignal;
  /** In milliseconds. */
  timeout: number;
}

/**
 * Asks the cloud to make a thing, and waits until it is made; notes what is known of it. The asking cannot be
 * cancelled, the waiting can.
 */
export async function make(
  made: Made,
  patience: Patience,
  ask: () => Promise<Operation>,
): Promise<void> {
  made.mayExist = true;
  try {
    made.operation = await ask();
  } catch (error) {
    made.mayExist = !isRefusal(error);
    made.isUncertain = made.mayExist;
    throw error;
  }
  await waitFor(made.operation, patience);
  made.operation = undefined;
}

/** Waits for an operation, and says how far it is. @throws {GoogleComputeError} `TIMED_OUT` and the operation's own. */
export async function waitFor(
  operation: Operation,
  { client, ui, signal, timeout }: Patience,
): Promise<void> {
  let said = 0;
  const onProgress = (percent: number) => {
    if (percent <= said) return;
    said = percent;
    ui.say(`Still ${operation.what}: ${percent} %`);
  };
  await inTime(operation.what, timeout, signal, (limited) =>
    client.wait(operation, { signal: limited, onProgress }),
  );
}

/**
 * Removes a thing that was made, or that may have been, and waits until it is gone. What is still being made, or is in
 * use for a moment longer, is waited for.
 *
 * @param remove Begins to remove it; answers `undefined` where there is none.
 */
export async function unmake(
  made: Made,
  client: ComputeClient,
  remove: () => Promise<Operation | undefined>,
): Promise<void> {
  if (!made.mayExist) return;
  const signal = AbortSignal.timeout(CLEAN_UP_PATIENCE);
  // How it ended does not matter: what there is afterwards is removed.
  if (made.operation !== undefined) await client.wait(made.operation, { signal }).catch(() => {});
  for (let look = 0; ; look++) {
    const removal = await whenReady(remove, signal);
    if (removal !== undefined) await client.wait(removal, { signal });
    if (removal !== undefined || !made.isUncertain || look === SECOND_LOOKS.count) break;
    await sleep(SECOND_LOOKS.pause);
  }
  made.mayExist = false;
}

/** Does the work, which must be over after so many milliseconds. @throws {GoogleComputeError} `TIMED_OUT` */
export async function inTime<Result>(
  what: string,
  milliseconds: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const timeout = AbortSignal.timeout(milliseconds);
  try {
    return await work(AbortSignal.any([signal, timeout]));
  } catch (cause) {
    if (!timeout.aborted || signal.aborted) throw cause;
    throw new GoogleComputeError(
      "TIMED_OUT",
      `${what} took longer than ${formatDuration(milliseconds)}; raise state_timeout where that is too short`,
      { cause },
    );
  }
}

async function whenReady(
  remove: () => Promise<Operation | undefined>,
  signal: AbortSignal,
): Promise<Operation | undefined> {
  for (let pause = 50; ; pause = Math.min(pause * 2, 5000)) {
    try {
      return await remove();
    } catch (error) {
      const isTransient = error instanceof GoogleComputeError && TRANSIENT.includes(error.reason);
      if (!isTransient || signal.aborted) throw error;
    }
    await sleep(pause);
  }
}

function isRefusal(error: unknown): boolean {
  const status = error instanceof GoogleComputeError ? error.status : undefined;
  return status !== undefined && status < 500;
}
