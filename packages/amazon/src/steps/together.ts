import type { Step } from "@packerkit/plugin-sdk";

/** One step of several that only look at what is there: they run at once. Of their failures the first one counts. */
export function together<State>(name: string, steps: readonly Step<State>[]): Step<State> {
  return {
    name,
    async run(state, signal) {
      const results = await Promise.allSettled(steps.map((step) => step.run(state, signal)));
      const failure = results.find(({ status }) => status === "rejected");
      if (failure?.status === "rejected") throw failure.reason;
    },
  };
}
