import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCommand } from "./command.ts";
import type { Packer } from "./packer.ts";
import { repositoryRoot } from "./paths.ts";

/** A plugin of ours, bundled into one file. */
export interface PluginFile {
  path: string;
  remove(): Promise<void>;
}

/** Bundles a plugin; `entry` is the module that calls `runPlugin`, from the root of the repository. */
export async function bundlePluginFile(name: string, entry: string): Promise<PluginFile> {
  const folder = await mkdtemp(join(tmpdir(), "pk-plugin-"));
  const command = `${repositoryRoot}/packages/plugin-sdk/src/pack/cli.ts`;
  const options = ["--name", name, "--entry", `${repositoryRoot}/${entry}`, "--out", folder];
  const result = await startCommand(process.execPath, [command, "build", ...options]);
  if (result.failed) throw new Error(`the plugin ${name} could not be bundled:\n${result.all}`);
  const remove = () => rm(folder, { recursive: true, force: true });
  return { path: join(folder, `packer-plugin-${name}`), remove };
}

/** Installs a plugin as a user does: `packer plugins install --path`. */
export async function installPlugin(packer: Packer, file: string, source: string): Promise<void> {
  const result = await packer.run(["plugins", "install", "--path", file, source]);
  if (result.failed) throw new Error(`packer did not install ${file}:\n${result.all}`);
}
