import { createHash } from "node:crypto";
import { ApiError } from "../frame/errors.ts";
import type { Snapshot } from "../machine/snapshot.ts";
import { type Layer, makeLayer } from "./layers.ts";
import { type ContainerConfig, ENGINE_VERSION, emptyConfig } from "./model.ts";
import {
  familiarName,
  type ImageReference,
  InvalidReference,
  parseReference,
} from "./reference.ts";

/** What an image's id is the digest of. Source: moby `image/spec/v1.2.md`. */
export interface ImageDocument {
  architecture: string;
  author?: string;
  comment?: string;
  config: ContainerConfig;
  container?: string;
  container_config: ContainerConfig;
  /** RFC 3339. */
  created: string;
  docker_version: string;
  history: { created: string; created_by?: string; comment?: string; empty_layer?: boolean }[];
  os: string;
  rootfs: { type: "layers"; diff_ids: string[] };
}

/** An image on the engine. */
export interface Image {
  /** `sha256:…` of the document. */
  id: string;
  document: ImageDocument;
  layers: readonly Layer[];
  files: Snapshot;
  /** The id of the image that it was made from on this engine; empty where there is none. */
  parent: string;
  lastTaggedAt: Date | undefined;
}

/** What a new image is made of. */
export interface NewImage {
  files: Snapshot;
  config: ContainerConfig;
  parent?: Image | undefined;
  /** Whether it hides its parent, as images that BuildKit makes do. */
  isDetached?: boolean;
  created?: Date;
  author?: string;
  comment?: string;
  createdBy?: string;
  container?: { id: string; config: ContainerConfig };
}

/** The images of an engine, and their names. */
export class Images {
  readonly #images = new Map<string, Image>();
  /** `docker.io/library/busybox:latest` → id. */
  readonly #tags = new Map<string, string>();
  /** `docker.io/library/busybox@sha256:…` → id. */
  readonly #digests = new Map<string, string>();

  all(): Image[] {
    return [...this.#images.values()];
  }

  /** Makes an image; the same content made at the same time is the same image. */
  async create(made: NewImage): Promise<Image> {
    const layer = await makeLayer(made.parent?.files ?? [], made.files);
    const layers = [...(made.parent?.layers ?? []), ...(layer === undefined ? [] : [layer])];
    return this.add(
      writeDocument(made, layers, layer === undefined),
      layers,
      made.files,
      made.isDetached ? "" : made.parent?.id,
    );
  }

  /** Adds an image whose document is known. One that is there already is kept. */
  add(document: ImageDocument, layers: readonly Layer[], files: Snapshot, parent = ""): Image {
    const id = `sha256:${createHash("sha256").update(JSON.stringify(document)).digest("hex")}`;
    const known = this.#images.get(id);
    if (known !== undefined) return known;
    const image: Image = { id, document, layers, files, parent, lastTaggedAt: undefined };
    this.#images.set(id, image);
    return image;
  }

  /**
   * Finds an image by id, by the beginning of one, by name or by digest.
   *
   * @throws {ApiError} 404; 400 for what is no name.
   */
  resolve(text: string): Image {
    const found = this.find(text);
    if (found !== undefined) return found;
    if (/^[0-9a-f]{64}$/.test(text)) {
      throw new ApiError(404, "not_found", `No such image: sha256:${text}`);
    }
    const hasTag = text.lastIndexOf(":") > text.lastIndexOf("/") || text.includes("@");
    throw new ApiError(404, "not_found", `No such image: ${hasTag ? text : `${text}:latest`}`);
  }

  find(text: string): Image | undefined {
    const exact = this.#images.get(text);
    if (exact !== undefined) return exact;
    const named = this.#findByName(text);
    if (named !== undefined) return named;
    if (!isIdPrefix(text)) return undefined;
    const prefix = text.startsWith("sha256:") ? text : `sha256:${text}`;
    const matches = this.all().filter((image) => image.id.startsWith(prefix));
    return matches.length === 1 ? matches[0] : undefined;
  }

  #findByName(text: string): Image | undefined {
    let reference: ImageReference;
    try {
      reference = parseReference(text);
    } catch (error) {
      if (error instanceof InvalidReference && isIdPrefix(text)) return undefined;
      const reason = error instanceof Error ? error.message : String(error);
      throw new ApiError(400, "invalid_reference", reason);
    }
    const { repository, tag = "latest", digest } = reference;
    const id =
      digest === undefined
        ? this.#tags.get(`${repository}:${tag}`)
        : this.#digests.get(`${repository}@${digest}`);
    return id === undefined ? undefined : this.#images.get(id);
  }

  /** Gives an image a name; whichever image had it loses it. */
  tag(image: Image, { repository, tag = "latest" }: ImageReference): void {
    this.#tags.set(`${repository}:${tag}`, image.id);
    image.lastTaggedAt = new Date();
  }

  /** Notes under which digest a registry has an image. */
  noteDigest(image: Image, repository: string, digest: string): void {
    this.#digests.set(`${repository}@${digest}`, image.id);
  }

  /** Takes a name off, and the digests of its repository when it was the last name there. */
  untag(image: Image, { repository, tag = "latest", digest }: ImageReference): string[] {
    const removed =
      digest === undefined
        ? takeOff(this.#tags, (name) => name === `${repository}:${tag}`)
        : takeOff(this.#digests, (name) => name === `${repository}@${digest}`);
    const isLast = !this.fullTags(image).some((name) => repositoryOf(name) === repository);
    if (!isLast) return removed;
    const ofRepository = (name: string) =>
      name.startsWith(`${repository}@`) && this.#digests.get(name) === image.id;
    return [...removed, ...takeOff(this.#digests, ofRepository)];
  }

  /** Takes an image away with all of its names, which are answered. */
  remove(image: Image): string[] {
    this.#images.delete(image.id);
    return [this.#tags, this.#digests].flatMap((names) =>
      takeOff(names, (name) => names.get(name) === image.id),
    );
  }

  /** Such as `docker.io/library/busybox:latest`. */
  fullTags(image: Image): string[] {
    return namesOf(this.#tags, image);
  }

  /** Such as `busybox:latest`. */
  tags(image: Image): string[] {
    return this.fullTags(image).map(familiarName).sort();
  }

  /** Such as `busybox@sha256:…`. */
  digests(image: Image): string[] {
    return namesOf(this.#digests, image).map(familiarName);
  }

  /** Whether another image was made from this one. */
  hasChildren(image: Image): boolean {
    return this.all().some(({ parent }) => parent === image.id);
  }
}

/** The first twelve digits of an id. */
export function shortId(id: string): string {
  return id.replace("sha256:", "").slice(0, 12);
}

function isIdPrefix(text: string): boolean {
  return /^(sha256:)?[0-9a-f]{1,64}$/.test(text);
}

function repositoryOf(fullTag: string): string {
  return fullTag.slice(0, fullTag.lastIndexOf(":"));
}

function namesOf(names: ReadonlyMap<string, string>, image: Image): string[] {
  return [...names].filter(([, id]) => id === image.id).map(([name]) => name);
}

function takeOff(names: Map<string, string>, isTaken: (name: string) => boolean): string[] {
  const taken = [...names.keys()].filter(isTaken);
  for (const name of taken) names.delete(name);
  return taken.map(familiarName);
}

function writeDocument(
  made: NewImage,
  layers: readonly Layer[],
  isUnchanged: boolean,
): ImageDocument {
  const created = (made.created ?? new Date()).toISOString();
  return {
    architecture: "amd64",
    ...(made.author ? { author: made.author } : {}),
    ...(made.comment ? { comment: made.comment } : {}),
    config: made.config,
    ...(made.container === undefined ? {} : { container: made.container.id }),
    container_config: made.container?.config ?? emptyConfig(),
    created,
    docker_version: ENGINE_VERSION,
    history: [
      ...(made.parent?.document.history ?? []),
      {
        created,
        ...(made.createdBy ? { created_by: made.createdBy } : {}),
        ...(made.comment ? { comment: made.comment } : {}),
        ...(isUnchanged ? { empty_layer: true } : {}),
      },
    ],
    os: "linux",
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
  };
}
