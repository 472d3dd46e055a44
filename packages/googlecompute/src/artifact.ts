import {
  type Artifact,
  answerState,
  fromArtifact,
  type Image,
  setLabels,
  withId,
  withProvider,
  withRegion,
  withSourceId,
} from "@packerkit/registry-image";
import type { ComputeClient, ImageResource } from "./client.ts";

/** The builder id of images that were built. */
export const BUILDER_ID = "packer.googlecompute";

/** The provider's name in the registry. */
export const PROVIDER = "gce";

/** What an {@link ImageArtifact} is made of. */
export interface ImageArtifactOptions {
  client: Pick<ComputeClient, "deleteImage" | "wait">;
  /** The image as the cloud has it. */
  image: ImageResource;
  /** The project that the image is in. */
  imageProject: string;
  /** The build's settings that the registry is told. */
  settings: {
    project_id: string;
    zone: string;
    machine_type: string;
    source_image?: string | undefined;
    source_image_family?: string | undefined;
    source_image_project_id: readonly string[];
  };
  /** `SourceImageName`. Whatever else is survived. */
  generatedData?: unknown;
}

/**
 * An image of Compute Engine.
 *
 * Source: packer-plugin-googlecompute 1.2.7, `builder/googlecompute/artifact.go`.
 */
export class ImageArtifact implements Artifact {
  readonly #client: ImageArtifactOptions["client"];
  readonly #image: ImageResource;
  readonly #imageProject: string;
  readonly #settings: ImageArtifactOptions["settings"];
  readonly #state: Readonly<Record<string, unknown>>;

  constructor(options: ImageArtifactOptions) {
    this.#client = options.client;
    this.#image = options.image;
    this.#imageProject = options.imageProject;
    this.#settings = options.settings;
    this.#state = {
      ImageName: this.id(),
      ImageSizeGb: Number(this.#image.diskSizeGb ?? 0),
      ProjectId: this.#settings.project_id,
      BuildZone: this.#settings.zone,
      generated_data: options.generatedData,
    };
  }

  builderId(): string {
    return BUILDER_ID;
  }

  files(): readonly string[] {
    return [];
  }

  /** The image's name. */
  id(): string {
    return this.#image.name ?? "";
  }

  toString(): string {
    return `The image ${this.id()} in the project ${this.#imageProject}`;
  }

  /** Knows `par.artifact.metadata`, `generated_data`, `ImageName`, `ImageSizeGb`, `ProjectId` and `BuildZone`. */
  state(name: string): unknown {
    return answerState(name, this.#state, () => this.#metadata());
  }

  /**
   * Deletes the image. One that is gone already is no error.
   *
   * @throws {GoogleComputeError}
   */
  async destroy(): Promise<void> {
    const removal = await this.#client.deleteImage(this.#imageProject, this.id());
    if (removal !== undefined) await this.#client.wait(removal);
  }

  #metadata(): Image {
    const { diskSizeGb, labels, licenses, selfLink } = this.#image;
    const { machine_type, source_image, source_image_family, zone } = this.#settings;
    const projects = this.#settings.source_image_project_id.join(",");
    return fromArtifact(
      this,
      withId(this.id()),
      withProvider(PROVIDER),
      withRegion(zone),
      withSourceId(sourceNameIn(this.#state["generated_data"])),
      setLabels({
        self_link: selfLink ?? "",
        project_id: this.#imageProject,
        disk_size_gb: String(diskSizeGb ?? 0),
        machine_type,
        licenses: (licenses ?? []).join(","),
        source_image,
        source_image_family,
        source_image_project_ids: projects || undefined,
        tags: joinTags(labels ?? {}) || undefined,
      }),
    );
  }
}

/** Labels of an image as one text: `k:v`, sorted, joined by commas. */
function joinTags(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}:${value}`)
    .toSorted()
    .join(",");
}

function sourceNameIn(generatedData: unknown): string {
  if (typeof generatedData !== "object" || generatedData === null) return "";
  const name = (generatedData as Record<string, unknown>)["SourceImageName"];
  return typeof name === "string" ? name : "";
}
