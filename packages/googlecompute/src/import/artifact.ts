import {
  type Artifact,
  answerState,
  fromArtifact,
  type Image,
  withId,
  withProvider,
  withRegion,
} from "@packerkit/registry-image";
import { PROVIDER } from "../artifact.ts";
import type { ComputeClient } from "../client.ts";

/** The builder id of imported images. */
export const IMPORT_BUILDER_ID = "packer.post-processor.googlecompute-import";

/** What an {@link ImportArtifact} is made of. */
export interface ImportArtifactOptions {
  client: Pick<ComputeClient, "deleteImage" | "wait">;
  project: string;
  /** The image's name. */
  name: string;
  /** The image's URL. */
  selfLink: string;
  /** Of the artifact that was imported. */
  generatedData?: unknown;
}

/**
 * An image that was made of an archive.
 *
 * Source: packer-plugin-googlecompute 1.2.7, `post-processor/googlecompute-import/artifact.go`.
 */
export class ImportArtifact implements Artifact {
  readonly #options: ImportArtifactOptions;

  constructor(options: ImportArtifactOptions) {
    this.#options = options;
  }

  builderId(): string {
    return IMPORT_BUILDER_ID;
  }

  /** The image's URL. */
  files(): readonly string[] {
    return [this.#options.selfLink];
  }

  /** Empty, as the official plugin has it. */
  id(): string {
    return "";
  }

  toString(): string {
    return `Imported as ${this.#options.selfLink}`;
  }

  /** Knows `par.artifact.metadata` and `generated_data`. */
  state(name: string): unknown {
    const known = { generated_data: this.#options.generatedData };
    return answerState(name, known, () => this.#metadata());
  }

  /**
   * Deletes the image. One that is gone already is no error.
   *
   * @throws {GoogleComputeError}
   */
  async destroy(): Promise<void> {
    const { client, name, project } = this.#options;
    const removal = await client.deleteImage(project, name);
    if (removal !== undefined) await client.wait(removal);
  }

  #metadata(): Image {
    return fromArtifact(
      this,
      withId(this.#options.selfLink),
      withProvider(PROVIDER),
      withRegion(this.#options.project),
    );
  }
}
