import { join } from "node:path";
import {
  defaultPackerSettings,
  type PostProcessorDefinition,
  type PostProcessResult,
  parseConfig,
} from "@packerkit/plugin-sdk";
import { overTheWire } from "@packerkit/plugin-sdk/test/over-the-wire";
import type { Artifact } from "@packerkit/registry-image";
import { build, dockerAt, recordingUi, shell, type TestEngine } from "./harness.ts";

/** Runs a post-processor on an artifact of an engine. */
export async function postProcess(
  address: string,
  // biome-ignore lint/suspicious/noExplicitAny: its schema is its own business.
  postProcessor: PostProcessorDefinition<any>,
  artifact: Artifact,
  settings: Readonly<Record<string, unknown>>,
  {
    ui = recordingUi(),
    signal,
  }: { ui?: ReturnType<typeof recordingUi>; signal?: AbortSignal } = {},
): Promise<Omit<PostProcessResult, "artifact"> & { artifact: Artifact }> {
  const config = parseConfig("post-processor", postProcessor.config, {
    docker_host: address,
    ...settings,
  });
  const context = {
    config,
    artifact: overTheWire(artifact),
    ui,
    signal: signal ?? new AbortController().signal,
  };
  const result = await postProcessor.run({ ...context, packer: defaultPackerSettings });
  // One that is passed on is what came in.
  const isPassedOn = result.artifact === context.artifact;
  return { ...result, artifact: isPassedOn ? artifact : (result.artifact as Artifact) };
}

/** An image that a build has just committed. */
export async function committed({ address, image }: TestEngine): Promise<Artifact> {
  return (await build(address, { image, commit: true })) as Artifact;
}

/** An archive that a build has just exported to a folder. */
export async function exported({ address, image }: TestEngine, folder: string): Promise<Artifact> {
  const settings = { image, export_path: join(folder, "container.tar") };
  const provisioners = [shell("echo exported > /etc/motd")];
  return (await build(address, settings, { provisioners })) as Artifact;
}

/** Files that some other plugin has made. */
export function filesOf(builderId: string, ...files: string[]): Artifact {
  return {
    builderId: () => builderId,
    files: () => files,
    id: () => "files",
    toString: () => `Files of ${builderId}`,
    state: () => undefined,
    destroy: async () => {},
  };
}

/** The id of an image, seen past the code under test; `undefined` where there is none of this name. */
export async function imageIdOf(
  { address }: Pick<TestEngine, "address">,
  name: string,
): Promise<string | undefined> {
  const found = await dockerAt(address)
    .getImage(name)
    .inspect()
    .catch((error: { statusCode?: number }) => {
      if (error.statusCode !== 404) throw error;
    });
  return found?.Id;
}
