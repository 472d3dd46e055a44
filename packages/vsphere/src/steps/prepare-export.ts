import { access, mkdir, rmdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { messageOf, type Step } from "@packerkit/plugin-sdk";
import type { Build, BuildState } from "../build-state.ts";
import { VSphereError } from "../errors.ts";

/** The folder that an export is written to. */
export function exportFolder({ config, packer }: Build): string {
  const { output_directory: folder = "" } = config.export ?? {};
  return resolve(folder || `output-${packer.buildName || config.vm_name}`);
}

/** The OVF descriptor of an export. */
export function descriptorFile(build: Build): string {
  const { name = "" } = build.config.export ?? {};
  return join(exportFolder(build), `${name || build.config.vm_name}.ovf`);
}

/** Sees, before anything is built, that an export can be written; makes its folder. */
export function prepareExport(build: Build): Step<BuildState> {
  const folder = exportFolder(build);
  return {
    name: "Prepare export",
    async run(state) {
      const { directory_permission: mode = 0o750, force = false } = build.config.export ?? {};
      const file = descriptorFile(build);
      if (!force && (await exists(file))) {
        throw new VSphereError(
          "NAME_TAKEN",
          `${file} exists already; choose another output_directory, or overwrite it with export.force`,
        );
      }
      try {
        const first = await mkdir(folder, { recursive: true, mode });
        state.exported = { files: [], madeFolder: first === undefined ? undefined : folder };
      } catch (cause) {
        throw new VSphereError(
          "FILE_FAILED",
          `the folder ${folder} cannot be made: ${messageOf(cause)}; check the attribute export.output_directory`,
          { cause },
        );
      }
    },
    async cleanUp({ exported }, outcome) {
      if (outcome !== "succeeded" && exported?.madeFolder !== undefined) await rmdir(folder);
    },
    leftBehind: () => [`the folder ${folder}`],
  };
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
