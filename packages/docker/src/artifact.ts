import { rm } from "node:fs/promises";
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
import type { Engine } from "./client.ts";
import { DockerError } from "./errors.ts";
import { knownTexts } from "./generated-data.ts";
import { isImageId } from "./image-reference.ts";

/** The builder id of artifacts that are images; post-processors such as docker-tag ask for it. */
export const BUILDER_ID_IMPORT = "packer.post-processor.docker-import";

/** The builder id of artifacts that are files. */
export const BUILDER_ID_EXPORT = "packer.docker";

/** The builder id of images that docker-tag has named. */
export const BUILDER_ID_TAG = "packer.post-processor.docker-tag";

/** The state key under which an image hands {@link ImportArtifactOptions.baseImages} on. */
export const BASE_IMAGES_STATE = "docker_base_images";

/** The part of an engine that an image's end takes. */
export type ImageRemover = Pick<Engine, "inspectImage" | "removeImage">;

/** What an {@link ImportArtifact} is made of. */
export interface ImportArtifactOptions {
  engine: ImageRemover;
  /** `sha256:…`, or `repository:tag` after a tag or a push. */
  id: string;
  /** Default: {@link BUILDER_ID_IMPORT}. */
  builderId?: string;
  /** `ImageSha256`, `SourceImageSha256`, `SourceImageDigest`, and `Digest` after a push. Whatever else is survived. */
  generatedData?: unknown;
  /** The `repository:tag` names that the image was given. */
  tags?: readonly string[];
  /** Ids of images that this one was built on and that only it needs; they are destroyed after it. */
  baseImages?: readonly string[];
}

/**
 * An image on a Docker Engine.
 *
 * Source: packer-plugin-docker `builder/docker/artifact_import.go`.
 */
export class ImportArtifact implements Artifact {
  readonly #engine: ImageRemover;
  readonly #id: string;
  readonly #builderId: string;
  readonly #tags: readonly string[];
  readonly #baseImages: readonly string[];
  readonly #state: Record<string, unknown>;

  constructor(options: ImportArtifactOptions) {
    this.#engine = options.engine;
    this.#id = options.id;
    this.#builderId = options.builderId ?? BUILDER_ID_IMPORT;
    this.#tags = options.tags ?? [];
    this.#baseImages = options.baseImages ?? [];
    this.#state = {
      generated_data: options.generatedData,
      ...(this.#tags.length === 0 ? {} : { docker_tags: [...this.#tags] }),
      ...(this.#baseImages.length === 0 ? {} : { [BASE_IMAGES_STATE]: [...this.#baseImages] }),
    };
  }

  builderId(): string {
    return this.#builderId;
  }

  files(): readonly string[] {
    return [];
  }

  id(): string {
    return this.#id;
  }

  toString(): string {
    const tags = this.#tags.length === 0 ? "" : ` (${this.#tags.join(", ")})`;
    return `Docker image ${this.#id}${tags}`;
  }

  /** Knows `par.artifact.metadata`, `generated_data`, `docker_tags` and {@link BASE_IMAGES_STATE}. */
  state(name: string): unknown {
    return answerState(name, this.#state, () => this.#metadata());
  }

  /**
   * Removes the image: one that is known by its id with all its names, one that was named by taking off its names, so
   * that it stays where others have named it too. What is gone already is no error.
   *
   * @throws {DockerError} `DESTROY_FAILED`, naming every image that could not be removed.
   */
  async destroy(): Promise<void> {
    const failures: unknown[] = [];
    const remove = (image: string) =>
      this.#engine.removeImage(image).catch((error: unknown) => failures.push(error));
    for (const name of isImageId(this.#id) ? [this.#id] : new Set([this.#id, ...this.#tags])) {
      await remove(name);
    }
    try {
      const isNeeded = this.#baseImages.length > 0 && (await this.#isThere());
      for (const image of isNeeded ? [] : this.#baseImages) await remove(image);
    } catch (error) {
      failures.push(error);
    }
    if (failures.length === 0) return;
    const reasons = failures.map((error) => (error instanceof Error ? error.message : error));
    throw new DockerError("DESTROY_FAILED", reasons.join("; "), {
      cause: new AggregateError(failures),
    });
  }

  /** Whether the image still is there, under the names of others. */
  async #isThere(): Promise<boolean> {
    if (isImageId(this.#id)) return false;
    const { ImageSha256: image } = knownTexts(this.#state["generated_data"]);
    return image !== undefined && (await this.#engine.inspectImage(image)) !== undefined;
  }

  /** After a tag or a push the artifact's id is a name; the registry still knows the image by its sha256. */
  #metadata(): Image {
    const data = knownTexts(this.#state["generated_data"]);
    return fromArtifact(
      this,
      withProvider("docker"),
      withRegion("docker"),
      withId(data["ImageSha256"] || this.#id),
      withSourceId(data["SourceImageSha256"] ?? ""),
      setLabels({
        PackerArtifactID: this.#id,
        SourceImageDigest: data["SourceImageDigest"],
        ImageSha256: data["ImageSha256"],
        ImageDigest: data["Digest"] || undefined,
        tags: this.#tags.length === 0 ? undefined : this.#tags.join(","),
      }),
    );
  }
}

/** What an {@link ExportArtifact} is made of. */
export interface ExportArtifactOptions {
  /** The tar archive; `undefined` where the container was discarded. */
  path?: string | undefined;
  generatedData?: unknown;
}

/**
 * The file that a container was exported to, or, for a container that was discarded, nothing: post-processors such
 * as artifice need an artifact to start from. It is no image, so that it has no metadata.
 *
 * Source: packer-plugin-docker `builder/docker/artifact_export.go`.
 */
export class ExportArtifact implements Artifact {
  readonly #path: string | undefined;
  readonly #state: Record<string, unknown>;

  constructor(options: ExportArtifactOptions) {
    this.#path = options.path;
    this.#state = { generated_data: options.generatedData };
  }

  builderId(): string {
    return BUILDER_ID_EXPORT;
  }

  files(): readonly string[] {
    return this.#path === undefined ? [] : [this.#path];
  }

  id(): string {
    return "Container";
  }

  toString(): string {
    return this.#path === undefined
      ? "Docker container, discarded"
      : `Docker container, exported to ${this.#path}`;
  }

  /** Knows `generated_data`. */
  state(name: string): unknown {
    return answerState(name, this.#state);
  }

  /**
   * Removes the file. One that is gone already is no error.
   *
   * @throws {DockerError} `DESTROY_FAILED`.
   */
  async destroy(): Promise<void> {
    if (this.#path === undefined) return;
    try {
      await rm(this.#path, { force: true });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new DockerError("DESTROY_FAILED", `cannot remove ${this.#path}: ${reason}`, { cause });
    }
  }
}
