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
  /** Runs before the clean-ups when this step or a later one failed, unless everything is to be left as it is. */
  onFailure?(state: State, cause: unknown): Promise<void>;
  /**
   * Undoes what `run` did, also where `run` failed half-way: it must cope with things that were never made and with
   * things that are gone already. It is tried up to three times.
   */
  cleanUp?(state: State, outcome: StepsOutcome): Promise<void>;
  /** Names what of this step still stands, such as `instance i-0abc`. */
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
  /** Ask before each step: `packer build -debug`. */
  debug?: boolean;
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
 * Source of `onError` and `debug`: packer-plugin-sdk `multistep/commonsteps/multistep_runner.go`; unlike there, a
 * cancelled run is cleaned up whatever `onError` says.
 *
 * @throws {StepsError} `STEP_FAILED`, or `CANCELLED` once `signal` was aborted.
 */
export async function runSteps<State>(
  steps: readonly Step<State>[],
  state: State,
  options: StepsOptions,
): Promise<void> {
  const ran: Step<State>[] = [];
  const failure = await runUntilFailure(steps, ran, state, options);
  const outcome =
    failure === undefined ? "succeeded" : options.signal.aborted ? "cancelled" : "failed";

  if (failure !== undefined && outcome === "failed") {
    await tellFailure(ran, state, failure, options);
  }
  const leftBehind =
    outcome === "failed" && failure?.keep
      ? ran.toReversed().flatMap((step) => [...(step.leftBehind?.(state) ?? [])])
      : await cleanUpAll(ran, state, outcome, options);

  if (leftBehind.length > 0) options.ui.error(`Left behind: ${leftBehind.join(", ")}`);
  if (failure !== undefined) {
    const code = outcome === "cancelled" ? "CANCELLED" : "STEP_FAILED";
    throw new StepsError(code, failure.step, leftBehind, failure.cause);
  }
}

interface Failure {
  step: string;
  cause: unknown;
  /** Whether everything is to be left as it is. */
  keep: boolean;
}

async function runUntilFailure<State>(
  steps: readonly Step<State>[],
  ran: Step<State>[],
  state: State,
  options: StepsOptions,
): Promise<Failure | undefined> {
  const { ui, signal, debug = false } = options;
  for (const step of steps) {
    if (signal.aborted) return { step: step.name, cause: signal.reason, keep: false };
    if (debug) await ui.ask(`Debug: next is "${step.name}". Press enter to continue.`);
    ran.push(step);
    for (;;) {
      try {
        await step.run(state, signal);
        break;
      } catch (cause) {
        const decision = signal.aborted ? "clean up" : await decide(step, cause, options);
        if (decision === "retry") continue;
        return { step: step.name, cause, keep: decision === "keep" };
      }
    }
  }
  return undefined;
}

/** What `-on-error` says, or the person at the terminal. */
async function decide(
  step: Step<never>,
  cause: unknown,
  { ui, onError = "cleanup" }: StepsOptions,
): Promise<"clean up" | "keep" | "retry"> {
  if (onError === "cleanup") return "clean up";
  if (onError !== "ask") return "keep";
  ui.error(`"${step.name}" failed: ${messageOf(cause)}`);
  for (;;) {
    const answer = await ui.ask(
      "[c] Clean up and exit, [a] abort without clean-up, or [r] retry the step?",
    );
    const choice = (answer.trim().toLowerCase() || "c")[0];
    if (choice === "c") return "clean up";
    if (choice === "a") return "keep";
    if (choice === "r") return "retry";
    ui.say(`${JSON.stringify(answer)} is none of c, a and r.`);
  }
}

async function tellFailure<State>(
  ran: readonly Step<State>[],
  state: State,
  { step, cause }: Failure,
  { ui, onError }: StepsOptions,
): Promise<void> {
  ui.error(`"${step}" failed: ${messageOf(cause)}`);
  if (onError === "abort") return;
  for (const { name, onFailure } of ran.toReversed()) {
    try {
      await onFailure?.(state, cause);
    } catch (error) {
      ui.error(`The failure handling of "${name}" failed: ${messageOf(error)}`);
    }
  }
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
