import { readFile } from "node:fs/promises";

/** What an artifact answered, as fixtures/state-plugin.ts writes it down. */
export interface Answers {
  builderId: string;
  id: string;
  files: string[] | null;
  state: Record<string, unknown>;
}

/** An image, in the form that Packer passes it on in. */
export interface Metadata {
  ImageID: string;
  ProviderName: string;
  ProviderRegion: string;
  SourceImageID: string;
  Labels: Record<string, string>;
}

/** The only image of an artifact. */
export function metadataOf({ state }: Answers): Metadata {
  return state["par.artifact.metadata"] as Metadata;
}

/** The keys of an artifact's state that matter for docker, and one that nobody knows. */
const DOCKER_KEYS = ["par.artifact.metadata", "generated_data", "docker_tags", "no.such.key"];

/** The post-processor that notes, under a name, what an artifact answers at that place in a template. */
export function noteState(name: string, keys: readonly string[] = DOCKER_KEYS): string {
  return `post-processor "state" {
      file = "\${path.root}/${name}.json"
      keys = ${JSON.stringify(keys)}
    }`;
}

/** What was noted under a name. `folder` is the template's. */
export async function readNotedState(folder: string, name: string): Promise<Answers> {
  return JSON.parse(await readFile(`${folder}/${name}.json`, "utf8"));
}
