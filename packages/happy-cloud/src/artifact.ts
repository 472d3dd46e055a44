import {
  type Artifact,
  answerState,
  fromArtifact,
  setLabels,
  withId,
  withProvider,
  withRegion,
  withSourceId,
} from "@packerkit/registry-image";
import type { HappyCloudClient, Image, Region } from "./client.ts";

export const BUILDER_ID = "packerkit.happy-cloud";

/** An image in happy-cloud. */
export class HappyCloudArtifact implements Artifact {
  readonly #client: HappyCloudClient;
  readonly #image: Image;
  readonly #region: Region;
  readonly #data: Readonly<Record<string, unknown>>;

  constructor(client: HappyCloudClient, image: Image, region: Region, generatedData: unknown) {
    this.#client = client;
    this.#image = image;
    this.#region = region;
    this.#data = { generated_data: generatedData };
  }

  builderId(): string {
    return BUILDER_ID;
  }

  files(): string[] {
    return [];
  }

  id(): string {
    return this.#image.id;
  }

  toString(): string {
    return `The image ${this.#image.name} (${this.#image.id}) in ${this.#region.display_name}`;
  }

  state(name: string): unknown {
    return answerState(name, this.#data, () =>
      fromArtifact(
        this,
        withId(this.#image.name),
        withRegion(this.#region.display_name),
        withProvider("happy-cloud"),
        withSourceId(this.#image.source_image_id ?? ""),
        setLabels(this.#image.labels),
      ),
    );
  }

  async destroy(): Promise<void> {
    await this.#client.deleteImage(this.#image.id);
  }
}
