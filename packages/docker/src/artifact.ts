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

/** The builder id of artifacts that are images; post-processors such as docker-tag ask for it. */
export const BUILDER_ID_IMPORT = "packer.post-processor.docker-import";

/** The builder id of artifacts that are files. */
export const BUILDER_ID_EXPORT = "packer.docker";

/** What generated data holds before a value is known, as the official plugin writes it. */
export const UNKNOWN_IMAGE_SHA256 = "ERR_IMAGE_SHA256_NOT_FOUND";

/** What an {@link ImportArtifact} is made of. */
export interface ImportArtifactOptions {
  engine: Pick<Engine, "removeImage">;
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
  readonly #engine: Pick<Engine, "removeImage">;
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

  /** Knows `par.artifact.metadata`, `generated_data` and `docker_tags`. */
  state(name: string): unknown {
    return answerState(name, this.#state, () => this.#metadata());
  }

  /**
   * Removes the image with all its tags. One that is gone already is no error.
   *
   * @throws {DockerError} `DESTROY_FAILED`, naming every image that could not be removed.
   */
  async destroy(): Promise<void> {
    const failures: unknown[] = [];
    for (const image of [this.#id, ...this.#baseImages]) {
      await this.#engine.removeImage(image).catch((error: unknown) => failures.push(error));
    }
    if (failures.length === 0) return;
    const reasons = failures.map((error) => (error instanceof Error ? error.message : error));
    throw new DockerError("DESTROY_FAILED", reasons.join("; "), {
      cause: new AggregateError(failures),
    });
  }

  /** After a tag or a push the artifact's id is a name; the registry still knows the image by its sha256. */
  #metadata(): Image {
    const data = readGeneratedData(this.#state["generated_data"]);
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

/** The texts in generated data; values that are not known, or are no text, are left out. */
function readGeneratedData(data: unknown): Readonly<Record<string, string | undefined>> {
  if (typeof data !== "object" || data === null) return {};
  return Object.fromEntries(
    Object.entries(data).filter(
      (entry): entry is [string, string] =>
        typeof entry[1] === "string" && !/^ERR_\w+_NOT_FOUND$/.test(entry[1]),
    ),
  );
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
