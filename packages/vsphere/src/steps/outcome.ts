import type { Step } from "@packerkit/plugin-sdk";
import type { Build, BuildState } from "../build-state.ts";
import { detachMedia } from "./detach-media.ts";
import { convertToTemplate, destroyMachine, takeSnapshot } from "./finish-machine.ts";
import { readLabels } from "./read-labels.ts";

/** The steps that come once the machine is as it shall be: what becomes of it. */
export function outcomeSteps(build: Build): Step<BuildState>[] {
  const { config } = build;
  return [
    detachMedia(build),
    ...(config.create_snapshot ? [takeSnapshot(build)] : []),
    ...(config.convert_to_template ? [convertToTemplate(build)] : []),
    readLabels(build),
    ...(config.destroy ? [destroyMachine(build)] : []),
  ];
}
