import type { Step } from "@packerkit/plugin-sdk";
import type { BuildState } from "../build-state.ts";
import { DockerError } from "../errors.ts";
import { closeOutputFile, openOutputFile } from "../output-file.ts";

/** Sees to it, before anything else is done, that the export can be written. */
export const prepareExport: Step<BuildState> = {
  name: "Prepare the export",

  async run(state) {
    const given = state.config.export_path as string;
    try {
      state.export = await openOutputFile(given, state.token);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new DockerError(
        "EXPORT_FAILED",
        `cannot write to the export_path ${JSON.stringify(given)} (${reason}): name a file, such as ./container.tar, in a folder that you may write to`,
        { cause },
      );
    }
  },

  async cleanUp({ export: file }, outcome) {
    if (file !== undefined) await closeOutputFile(file, outcome === "succeeded");
  },

  leftBehind({ export: file }) {
    return file === undefined ? [] : [`file ${file.temporaryPath}`];
  },
};
