import type { Step } from "@packerkit/plugin-sdk";
import type { BuildState } from "../build-state.ts";
import { DockerError } from "../errors.ts";
import { type OutputFile, writeArchive } from "../output-file.ts";
import { sizeSayer } from "../progress.ts";

/** Writes the container's file system to the export's file, which appears only when it is whole. */
export const exportContainer: Step<BuildState> = {
  name: "Export the container",

  async run({ container, engine, export: file, ui }, signal) {
    const target = file as OutputFile;
    ui.say(`Exporting the container to ${target.path}`);
    const archive = await engine.exportContainer(container.id as string, { signal });
    try {
      await writeArchive(archive, target, signal, sizeSayer(ui, "Exported"));
    } catch (cause) {
      signal.throwIfAborted();
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new DockerError(
        "EXPORT_FAILED",
        `container ${container.name} could not be exported to ${target.path}: ${reason}; see whether the disk is full and whether the engine still runs`,
        { cause },
      );
    }
  },
};
