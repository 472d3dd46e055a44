import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { RunningCommand } from "./command.ts";
import type { Packer } from "./packer.ts";

/** A template in a folder of its own, in which Packer runs. */
export interface Template {
  folder: string;
  /** Runs a Packer command on the template; options come before its path. */
  packer(
    command: string,
    options?: readonly string[],
    env?: Record<string, string>,
  ): RunningCommand;
  /** Reads a file that the run wrote into the folder. */
  read(name: string): Promise<string>;
}

/** Writes a template, and the files beside it, into a new folder of Packer's home. */
export async function writeTemplate(
  packer: Packer,
  text: string,
  files: Readonly<Record<string, string>> = {},
): Promise<Template> {
  const folder = await mkdtemp(join(packer.temporaryFolder, "template-"));
  const all = { "template.pkr.hcl": text, ...files };
  for (const [name, content] of Object.entries(all)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return {
    folder,
    packer: (command, options = [], env = {}) =>
      packer.run([command, ...options, "template.pkr.hcl"], { cwd: folder, env }),
    read: (name) => readFile(join(folder, name), "utf8"),
  };
}
