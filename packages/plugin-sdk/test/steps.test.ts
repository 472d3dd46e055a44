import { describe, expect, it } from "vitest";
import { runSteps, type Step, StepsError, type Ui } from "../src/index.ts";

/** A {@link Ui} that keeps what it was told and answers questions from a list. */
function recordingUi(answers: string[] = []): Ui & { lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    say: (message) => lines.push(`say ${message}`),
    error: (message) => lines.push(`error ${message}`),
    machine: (...values) => lines.push(`machine ${values.join(",")}`),
    async ask(question) {
      lines.push(`ask ${question}`);
      return answers.shift() ?? "";
    },
    trackProgress: () => ({ advance() {}, close() {} }),
  };
}

/** Steps that note what is called; the named ones fail. */
function noting(names: string[], fail: { run?: string; cleanUp?: string; times?: number } = {}) {
  const calls: string[] = [];
  let failures = fail.times ?? Number.POSITIVE_INFINITY;
  const steps = names.map(
    (name): Step<unknown> => ({
      name,
      async run() {
        calls.push(`run ${name}`);
        if (name === fail.run && failures-- > 0) throw new Error(`${name} broke`);
      },
      async cleanUp(_, outcome) {
        calls.push(`clean ${name} ${outcome}`);
        if (name === fail.cleanUp && failures-- > 0) throw new Error(`${name} is stuck`);
      },
      leftBehind: () => [`thing-${name}`],
    }),
  );
  return { calls, steps };
}

const options = (ui = recordingUi(), more: object = {}) => ({
  ui,
  signal: new AbortController().signal,
  retryDelay: 0,
  ...more,
});

describe("runSteps", () => {
  it("runs steps in order and cleans up in reverse", async () => {
    const { calls, steps } = noting(["a", "b"]);
    await runSteps(steps, {}, options());
    expect(calls).toEqual(["run a", "run b", "clean b succeeded", "clean a succeeded"]);
  });

  it("stops at a failure and cleans up what ran, the failed step included", async () => {
    const { calls, steps } = noting(["a", "b", "c"], { run: "b" });
    const ui = recordingUi();
    await expect(runSteps(steps, {}, options(ui))).rejects.toMatchObject({
      code: "STEP_FAILED",
      step: "b",
      message: '"b" failed: b broke',
      leftBehind: [],
      cause: expect.objectContaining({ message: "b broke" }),
    });
    expect(calls).toEqual(["run a", "run b", "clean b failed", "clean a failed"]);
    expect(ui.lines).toEqual(['error "b" failed: b broke']);
  });

  it("tries a failed clean-up again", async () => {
    const { calls, steps } = noting(["a"], { cleanUp: "a", times: 2 });
    await runSteps(steps, {}, options());
    expect(calls).toEqual(["run a", "clean a succeeded", "clean a succeeded", "clean a succeeded"]);
  });

  it("lists what could not be removed, and still cleans up the rest", async () => {
    const { calls, steps } = noting(["a", "b"], { cleanUp: "b" });
    const ui = recordingUi();
    await runSteps(steps, {}, options(ui));
    expect(calls).toContain("clean a succeeded");
    expect(ui.lines).toEqual([
      'error Cleaning up after "b" failed: b is stuck',
      "error Left behind: thing-b",
    ]);
  });

  it("names what is left behind in the error of a failed build", async () => {
    const { steps } = noting(["a", "b"], { cleanUp: "a" });
    const failing: Step<unknown> = {
      name: "c",
      run: async () => {
        throw new Error("no quota");
      },
    };
    await expect(runSteps([...steps, failing], {}, options())).rejects.toMatchObject({
      message: '"c" failed: no quota; left behind: thing-a',
      leftBehind: ["thing-a"],
    });
  });

  it("a cancel between steps ends the run and cleans up, whatever on-error says", async () => {
    const controller = new AbortController();
    const { calls, steps } = noting(["a", "b"]);
    const cancelling: Step<unknown> = {
      name: "cancel",
      run: async () => controller.abort(new Error("Ctrl-C")),
    };
    const run = runSteps(
      [...steps.slice(0, 1), cancelling, ...steps.slice(1)],
      {},
      {
        ...options(),
        signal: controller.signal,
        onError: "abort",
      },
    );
    await expect(run).rejects.toMatchObject({ code: "CANCELLED", cause: new Error("Ctrl-C") });
    expect(calls).toEqual(["run a", "clean a cancelled"]);
  });

  it("a cancel inside a step is a cancel, not a failure", async () => {
    const controller = new AbortController();
    const step: Step<unknown> = {
      name: "wait",
      async run(_, signal) {
        controller.abort(new Error("Ctrl-C"));
        signal.throwIfAborted();
      },
    };
    const ui = recordingUi();
    const run = runSteps([step], {}, { ...options(ui), signal: controller.signal });
    await expect(run).rejects.toThrow(StepsError);
    await expect(run).rejects.toMatchObject({
      code: "CANCELLED",
      message: 'cancelled during "wait"',
    });
    expect(ui.lines).toEqual([]);
  });

  it("on-error=abort leaves everything as it is and names it", async () => {
    const { calls, steps } = noting(["a", "b"], { run: "b" });
    await expect(
      runSteps(steps, {}, options(recordingUi(), { onError: "abort" })),
    ).rejects.toMatchObject({
      leftBehind: ["thing-b", "thing-a"],
    });
    expect(calls).toEqual(["run a", "run b"]);
  });

  it.each([
    ["c", ["run a", "clean a failed"]],
    ["", ["run a", "clean a failed"]],
    ["Abort", ["run a"]],
  ])("on-error=ask does as it is told: %j", async (answer, expected) => {
    const { calls, steps } = noting(["a"], { run: "a" });
    await expect(
      runSteps(steps, {}, options(recordingUi([answer]), { onError: "ask" })),
    ).rejects.toThrow();
    expect(calls).toEqual(expected);
  });

  it("on-error=ask asks again after an answer that it does not know, and retries a step", async () => {
    const { calls, steps } = noting(["a"], { run: "a", times: 1 });
    const ui = recordingUi(["what?", "r"]);
    await runSteps(steps, {}, options(ui, { onError: "ask" }));
    expect(calls).toEqual(["run a", "run a", "clean a succeeded"]);
    expect(ui.lines).toContain('say "what?" is none of c, a and r.');
  });

  it.each([
    ["cleanup", ["handle broke", "clean"]],
    ["run-cleanup-provisioner", ["handle broke"]],
    ["abort", []],
  ])("on-error=%s and failure handling", async (onError, expected) => {
    const calls: string[] = [];
    const step: Step<unknown> = {
      name: "a",
      run: async () => {
        throw new Error("broke");
      },
      onFailure: async (_, cause) => void calls.push(`handle ${(cause as Error).message}`),
      cleanUp: async () => void calls.push("clean"),
    };
    await expect(runSteps([step], {}, options(recordingUi(), { onError }))).rejects.toThrow();
    expect(calls).toEqual(expected);
  });

  it("debug asks before each step", async () => {
    const ui = recordingUi();
    await runSteps(noting(["a", "b"]).steps, {}, options(ui, { debug: true }));
    expect(ui.lines.filter((line) => line.startsWith("ask"))).toHaveLength(2);
  });
});
