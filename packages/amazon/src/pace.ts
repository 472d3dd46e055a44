import { setTimeout as sleep } from "node:timers/promises";
import { AmazonError, isNotFound } from "./errors.ts";

/** How patient the driver is; times are in milliseconds. */
export interface Pace {
  /** How long one request may take. */
  requestTimeout: number;
  /** The pause before a call is retried; it doubles up to 20 s. */
  retryPause: number;
  /** How often a call is made at most. */
  attempts: number;
  /** The pauses between two looks at something that takes time: the first one, and the longest. */
  firstPause: number;
  longestPause: number;
  /** How long images, their copies and snapshots may take. */
  imageLimit: number;
  /** How long an instance may take to start, to stop or to go. */
  instanceLimit: number;
  /** How long EC2 may deny a thing that it has just made. */
  settleLimit: number;
  /** When to look again, after how long each, for what may have been made although no answer came. */
  secondLooks: readonly number[];
  /** How long a call that makes something may go on after a cancel, so that its answer is not lost. */
  grace: number;
}

/** How patient the driver is, unless the template says otherwise. */
export const USUAL_PACE: Pace = {
  requestTimeout: 60_000,
  retryPause: 100,
  attempts: 11,
  firstPause: 100,
  longestPause: 15_000,
  imageLimit: 30 * 60_000,
  instanceLimit: 10 * 60_000,
  settleLimit: 120_000,
  secondLooks: [1000, 2000, 4000, 8000],
  grace: 10_000,
};

/** By how much a pause is longer than the one before. */
const GROWTH = 1.5;

/** What to wait for. */
export interface Wait<Seen> {
  /** For messages, such as `the image ami-0abc in us-east-1 to become available`. */
  what: string;
  /** Looks; answers nothing as long as it is not as it should be. */
  look(signal: AbortSignal | undefined): Promise<Seen | undefined>;
  limit: number;
  pace: Pace;
  signal: AbortSignal | undefined;
}

/**
 * Looks at something until it is as it should be: at once, then after pauses that grow. As long as EC2 says that the
 * thing does not exist, it may just not have come round yet.
 *
 * @throws {AmazonError} `TIMED_OUT`; whatever `look` throws; the signal's reason.
 */
export async function waitFor<Seen>({
  what,
  look,
  limit,
  pace,
  signal,
}: Wait<Seen>): Promise<Seen> {
  const start = performance.now();
  let missing: { since: number; error: unknown } | undefined;
  for (let pause = pace.firstPause; ; pause = Math.min(pause * GROWTH, pace.longestPause)) {
    signal?.throwIfAborted();
    try {
      const seen = await look(signal);
      if (seen !== undefined) return seen;
      missing = undefined;
    } catch (error) {
      signal?.throwIfAborted();
      if (!isNotFound(error)) throw error;
      missing ??= { since: performance.now(), error };
      if (performance.now() - missing.since > pace.settleLimit) throw error;
    }
    const waited = performance.now() - start;
    if (waited + pause > limit) {
      throw new AmazonError(
        "TIMED_OUT",
        `waited ${Math.round(waited / 1000)} s for ${what}; allow more with aws_polling`,
        { cause: missing?.error },
      );
    }
    await sleep(pause, undefined, signal === undefined ? {} : { signal });
  }
}

/**
 * Finds things that may have been made although no answer came: looks again some more times where nothing is found.
 *
 * @param isUncertain Whether it is uncertain that they were made.
 */
export async function findMade<Thing>(
  isUncertain: boolean,
  pace: Pace,
  find: () => Promise<Thing[]>,
): Promise<Thing[]> {
  for (const pause of [0, ...(isUncertain ? pace.secondLooks : [])]) {
    if (pause > 0) await sleep(pause);
    const found = await find();
    if (found.length > 0) return found;
  }
  return [];
}
