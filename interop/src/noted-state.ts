import { readFile } from "node:fs/promises";

/** What an artifact answered, as fixtures/state-plugin.ts writes it down. */
export interface Answers {
  builderId: string;
  id: string;
  files: string[] | null;
  state: Record<string, unknown>;
}

/** The keys of an artifact's state that matter for docker, and one that nobody knows. */
const DOCKER_KEYS = ["par.artifact.metadata", "generated_data", "docker_tags", "no.such.key"];

/** The post-processor that notes, under a name, what a docker artifact answers at that place in a template. */
export function noteState(name: string): string {
  return `post-processor "state" {
      file = "\${path.root}/${name}.json"
      keys = ${JSON.stringify(DOCKER_KEYS)}
    }`;
}

/** What was noted under a name. `folder` is the template's. */
export async function readNotedState(folder: string, name: string): Promise<Answers> {
  return JSON.parse(await readFile(`${folder}/${name}.json`, "utf8"));
}
