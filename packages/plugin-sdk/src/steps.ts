import { setTimeout as sleep } from "node:timers/promises";
import type { Ui } from "@packerkit/plugin-protocol";
import { messageOf, PluginError } from "./errors.ts";

/** How a run of steps ended, as a clean-up sees it. */
export type StepsOutcome = "succeeded" | "failed" | "cancelled";

/**
 * One named part of a build. `State` is an object of the builder's own that its steps fill in turn.
 *
 * Source of the model: packer-plugin-sdk `multistep`.
 */
export interface Step<State> {
  /** A short phrase, such as "Start instance"; errors name it. */
  readonly name: string;
  run(state: State, signal: AbortSignal): Promise<void>;
  /**
   * Undoes what `run` did, also where `run` failed half-way: it must cope with things that were never made and with
   * things that are gone already. It is tried up to three times.
   */
  cleanUp?(state: State, outcome: StepsOutcome): Promise<void>;
  /** Names what still stands after a clean-up that failed, such as `instance i-0abc`. */
  leftBehind?(state: State): readonly string[];
}

/** What to do when a step fails: `packer build -on-error=…`. */
export type OnError = "cleanup" | "abort" | "ask" | "run-cleanup-provisioner";

/** How to run steps. */
export interface StepsOptions {
  ui: Ui;
  signal: AbortSignal;
  /** Default: `cleanup`. A cancelled run is cleaned up in any case. */
  onError?: OnError;
  /** The pause before a failed clean-up is tried again, in milliseconds; it doubles each time. Default: 200. */
  retryDelay?: number;
}

/** A run of steps that did not succeed. `leftBehind` names what the build made and could not remove. */
export class StepsError extends PluginError {
  override readonly name: string = "StepsError";
  /** The name of the step that failed, or in which the run was cancelled. */
  readonly step: string;
  readonly leftBehind: readonly string[];

  constructor(
    code: "STEP_FAILED" | "CANCELLED",
    step: string,
    leftBehind: readonly string[],
    cause: unknown,
  ) {
    const what =
      code === "CANCELLED" ? `cancelled during "${step}"` : `"${step}" failed: ${messageOf(cause)}`;
    super(code, leftBehind.length === 0 ? what : `${what}; left behind: ${leftBehind.join(", ")}`, {
      cause,
    });
    this.step = step;
    this.leftBehind = leftBehind;
  }
}

/**
 * Runs steps in order. When all is done, and likewise after a failure or a cancel, the clean-ups of the steps that
 * ran (the failed one included) run in reverse order, whatever any one of them throws.
 *
 * A clean-up that fails after a successful run is reported with {@link Ui.error} and does not fail the build.
 *
 * @throws {StepsError} `STEP_FAILED`, or `CANCELLED` once `signal` was aborted.
 */
export async function runSteps<State>(
  steps: readonly Step<State>[],
  state: State,
  options: StepsOptions,
): Promise<void> {
  const { ui, signal } = options;
  const ran: Step<State>[] = [];
  let failure: { cause: unknown } | undefined;

  for (const step of steps) {
    if (signal.aborted) {
      failure = { cause: signal.reason };
      break;
    }
    ran.push(step);
    try {
      await step.run(state, signal);
    } catch (cause) {
      failure = { cause };
      break;
    }
  }

  const outcome = failure === undefined ? "succeeded" : signal.aborted ? "cancelled" : "failed";
  const last = ran.at(-1)?.name ?? steps[0]?.name ?? "";
  if (failure !== undefined && outcome === "failed")
    ui.error(`${last}: ${messageOf(failure.cause)}`);
  const keep = outcome === "failed" && (await keepsEverything(options));
  const leftBehind = keep ? standing(ran, state) : await cleanUpAll(ran, state, outcome, options);

  if (leftBehind.length > 0) ui.error(`Left behind: ${leftBehind.join(", ")}`);
  if (failure !== undefined) {
    const code = outcome === "cancelled" ? "CANCELLED" : "STEP_FAILED";
    throw new StepsError(code, last, leftBehind, failure.cause);
  }
}

/** Whether `-on-error` says to leave everything as it is. */
async function keepsEverything({ ui, onError = "cleanup" }: StepsOptions): Promise<boolean> {
  if (onError === "abort") return true;
  if (onError !== "ask") return false;
  const answer = await ui.ask(
    "Clean up what the build made? [c] Clean up and exit, [a] abort without cleanup:",
  );
  return answer.trim().toLowerCase().startsWith("a");
}

async function cleanUpAll<State>(
  ran: readonly Step<State>[],
  state: State,
  outcome: StepsOutcome,
  options: StepsOptions,
): Promise<string[]> {
  const leftBehind: string[] = [];
  for (const step of ran.toReversed()) {
    try {
      await retry(async () => step.cleanUp?.(state, outcome), options.retryDelay ?? 200);
    } catch (error) {
      options.ui.error(`Cleaning up after "${step.name}" failed: ${messageOf(error)}`);
      leftBehind.push(...(step.leftBehind?.(state) ?? [`whatever "${step.name}" made`]));
    }
  }
  return leftBehind;
}

function standing<State>(ran: readonly Step<State>[], state: State): string[] {
  return ran.toReversed().flatMap((step) => [...(step.leftBehind?.(state) ?? [])]);
}

async function retry(work: () => Promise<void>, delay: number): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 3) throw error;
      await sleep(delay * 2 ** (attempt - 1));
    }
  }
}
