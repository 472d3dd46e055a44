import { mkdir, open, realpath, rm, rmdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Step } from "@packerkit/plugin-sdk";
import type { BuildState, ExportFile } from "../build-state.ts";
import { DockerError } from "../errors.ts";

/** Sees to it, before anything else is done, that the export can be written. */
export const prepareExport: Step<BuildState> = {
  name: "Prepare the export",

  async run(state) {
    const given = state.config.export_path as string;
    try {
      const path = await targetOf(resolve(given));
      const folder = dirname(path);
      const madeFolder = await mkdir(folder, { recursive: true });
      state.export = { path, temporaryPath: `${path}.${state.token}.partial`, madeFolder };
      const file = await open(state.export.temporaryPath, "wx");
      await file.close();
    } catch (cause) {
      if (cause instanceof DockerError) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      const cure = "name a file in a folder that you may write to";
      throw new DockerError(
        "EXPORT_FAILED",
        `cannot write to the export_path ${JSON.stringify(given)} (${reason}): ${cure}`,
        { cause },
      );
    }
  },

  async cleanUp({ export: file }, outcome) {
    if (file === undefined) return;
    await rm(file.temporaryPath, { force: true });
    if (outcome !== "succeeded") await removeMadeFolders(file);
  },

  leftBehind({ export: file }) {
    return file === undefined ? [] : [`file ${file.temporaryPath}`];
  },
};

/** Follows links, so that the file they lead to is written; refuses what is no file. */
async function targetOf(path: string): Promise<string> {
  const status = await stat(path).catch(unlessAbsent);
  if (status === undefined) return path;
  if (status.isFile()) return realpath(path);
  const kind = status.isDirectory() ? "a directory" : "no regular file";
  throw new DockerError(
    "EXPORT_FAILED",
    `the export_path ${JSON.stringify(path)} is ${kind}: name a file, such as ${path}/container.tar`,
  );
}

function unlessAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

/** From the innermost folder outwards, as far as they are empty. */
async function removeMadeFolders({ path, madeFolder }: ExportFile): Promise<void> {
  if (madeFolder === undefined) return;
  for (let folder = dirname(path); folder.startsWith(madeFolder); folder = dirname(folder)) {
    try {
      await rmdir(folder);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT" && code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
    }
  }
}
