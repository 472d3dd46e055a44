import { ARTIFACT_STATE_URI, fromWire } from "@packerkit/registry-image";
import type { InputArtifact } from "./input-machine.ts";

/** The same artifact under the name that its machine has now. */
export function renamedArtifact(artifact: InputArtifact, name: string): InputArtifact {
  return {
    builderId: () => artifact.builderId(),
    files: () => artifact.files(),
    id: async () => name,
    summary: async () => `${name}, which was ${await artifact.summary()}`,
    async state(key) {
      const value = await artifact.state(key);
      if (key !== ARTIFACT_STATE_URI || value === null || value === undefined) return value;
      const old = await artifact.id();
      const images = fromWire(value).map((image) =>
        image.imageId === old ? { ...image, imageId: name } : image,
      );
      return images.length === 1 ? images[0] : images;
    },
    destroy: () => artifact.destroy(),
  };
}
