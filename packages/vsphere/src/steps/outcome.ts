import type { Step } from "@packerkit/plugin-sdk";
import type { Build, BuildState } from "../build-state.ts";
import { detachMedia } from "./detach-media.ts";
import { exportMachine } from "./export-machine.ts";
import { convertToTemplate, destroyMachine, takeSnapshot } from "./finish-machine.ts";
import { importToLibrary } from "./import-to-library.ts";
import { readLabels } from "./read-labels.ts";

/**
 * The steps that come once the machine is as it shall be: what becomes of it. It is exported before it becomes a
 * template, which could not be.
 */
export function outcomeSteps(build: Build): Step<BuildState>[] {
  const { config } = build;
  const { export: ovf, content_library_destination: library } = config;
  const imports = library !== undefined && !library.skip_import;
  return [
    detachMedia(build),
    ...(config.create_snapshot ? [takeSnapshot(build)] : []),
    ...(ovf === undefined ? [] : [exportMachine({ ...build, config: { ...config, export: ovf } })]),
    ...(config.convert_to_template ? [convertToTemplate(build)] : []),
    ...(imports
      ? [importToLibrary({ ...build, config: { ...config, content_library_destination: library } })]
      : []),
    readLabels(build),
    ...(config.destroy || (imports && library.destroy) ? [destroyMachine(build)] : []),
  ];
}
