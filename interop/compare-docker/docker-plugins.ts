import { startCommand } from "../src/command.ts";
import { ensureDebianProgram } from "../src/debian.ts";
import { type DockerEngine, startDockerEngine } from "../src/docker-engine.ts";
import { buildGoPeer } from "../src/go-peer.ts";
import { type OciRegistry, startOciRegistry } from "../src/oci-registry.ts";
import { openPacker, type Packer } from "../src/packer.ts";
import { bundlePluginFile, installPlugin } from "../src/plugin-file.ts";

/** Both plugins are installed under the official one's name, so that they take the same templates. */
const SOURCE = "github.com/hashicorp/docker";

/** The official docker plugin and ours, each in a Packer of its own, with one engine and one registry. */
export interface DockerPlugins extends AsyncDisposable {
  readonly official: Packer;
  readonly ours: Packer;
  readonly engine: DockerEngine;
  readonly registry: OciRegistry;
  /** What both find the engine by. */
  readonly env: Readonly<Record<string, string>>;
  /** The release of the `docker` command line, which the official plugin runs for every step. */
  readonly commandLine: string;
}

/** @throws {PeerError} where one of the programs cannot be had. */
export async function openDockerPlugins(): Promise<DockerPlugins> {
  await using stack = new AsyncDisposableStack();
  const engine = stack.adopt(await startDockerEngine(), (it) => it.stop());
  const registry = stack.adopt(await startOciRegistry(), (it) => it.stop());
  const own = stack.adopt(await bundlePluginFile("docker", "apps/docker/plugin.ts"), (it) =>
    it.remove(),
  );
  const state = stack.adopt(
    await bundlePluginFile("state", "interop/fixtures/state-plugin.ts"),
    (it) => it.remove(),
  );
  const files = { official: await buildGoPeer("plugin-docker"), ours: own.path };
  const open = async (file: string) => {
    const packer = stack.adopt(await openPacker(), (it) => it.remove());
    await installPlugin(packer, file, SOURCE);
    await installPlugin(packer, state.path, "github.com/packerkit/state");
    return packer;
  };
  const both = { official: await open(files.official), ours: await open(files.ours) };
  const commandLine = await commandLineVersion();
  const all = stack.move();
  return {
    ...both,
    engine,
    registry,
    env: { DOCKER_HOST: engine.host },
    commandLine,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** It came with Debian's `docker.io`, which the engine is of, until it became a package of its own. */
async function commandLineVersion(): Promise<string> {
  const program = await ensureDebianProgram("plugin-docker", "docker", "docker-cli");
  const { stdout } = await startCommand(program, ["--version"]);
  return /\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? stdout;
}
