import type { Step } from "@packerkit/plugin-sdk";
import { type Build, type BuildState, made } from "../build-state.ts";
import { readMachineFacts } from "../labels.ts";

/** Reads the labels from the machine as it is in the end. */
export function readLabels({ session }: Build): Step<BuildState> {
  return {
    name: "Read labels",
    async run(state, signal) {
      const facts = await readMachineFacts(session, made(state, "vm"), signal);
      state.labels = facts.labels;
      state.instanceUuid = facts.instanceUuid;
    },
  };
}
