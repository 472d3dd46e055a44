import { ARTIFACT_STATE_URI, type Artifact, type Image, toWire } from "@packerkit/registry-image";
import type { PostProcessContext } from "../src/index.ts";

/** An artifact as a post-processor gets it: every answer is a promise of what the wire leaves of it. */
export function overTheWire(artifact: Artifact): PostProcessContext<unknown>["artifact"] {
  return {
    builderId: async () => artifact.builderId(),
    files: async () => [...artifact.files()],
    id: async () => artifact.id(),
    summary: async () => artifact.toString(),
    destroy: async () => artifact.destroy(),
    async state(name) {
      const value = artifact.state(name);
      const sent = name === ARTIFACT_STATE_URI ? wireForm(value) : value;
      return JSON.parse(JSON.stringify(sent ?? null));
    },
  };
}

function wireForm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(wireForm);
  return value === undefined ? undefined : toWire(value as Image);
}
