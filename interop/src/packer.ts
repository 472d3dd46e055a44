import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CommandOptions, type RunningCommand, startCommand } from "./command.ts";
import { buildGoPeer } from "./go-peer.ts";

/** A real Packer with a home of its own: it sees no plugin, setting or cache of the person who runs the tests. */
export interface Packer {
  /** Where Packer looks for plugins. */
  readonly pluginFolder: string;
  /** Where Packer, its plugins and its sockets put temporary files. */
  readonly temporaryFolder: string;
  /**
   * Starts `packer` with these arguments. Awaiting it answers how it ended, whatever the exit code; `interrupt` is
   * Ctrl-C meanwhile. `env` is added to the private environment. Default timeout: two minutes.
   */
  run(args: readonly string[], options?: CommandOptions): RunningCommand;
  /** Removes the home with all that is in it. */
  remove(): Promise<void>;
}

/**
 * Builds Packer where it is not built yet, and gives it a new home.
 *
 * @throws {PeerError} where Packer cannot be built.
 */
export async function openPacker(): Promise<Packer> {
  const program = await buildGoPeer("packer");
  const home = await mkdtemp(join(tmpdir(), "pk-packer-"));
  const folders = { pluginFolder: `${home}/plugins`, temporaryFolder: `${home}/tmp` };
  for (const folder of Object.values(folders)) await mkdir(folder, { mode: 0o700 });
  const environment = privateEnvironment(home, folders);
  return {
    ...folders,
    run: (args, options = {}) =>
      startCommand(program, args, {
        cwd: home,
        timeout: 120_000,
        detached: true,
        ...options,
        env: { ...environment, ...options.env },
      }),
    remove: () => rm(home, { recursive: true, force: true }),
  };
}

function privateEnvironment(
  home: string,
  { pluginFolder, temporaryFolder }: Pick<Packer, "pluginFolder" | "temporaryFolder">,
): Record<string, string | undefined> {
  return {
    PATH: process.env["PATH"],
    HOME: home,
    TMPDIR: temporaryFolder,
    CHECKPOINT_DISABLE: "1",
    PACKER_CONFIG_DIR: home,
    PACKER_PLUGIN_PATH: pluginFolder,
    PACKER_NO_COLOR: "1",
  };
}
