import { createHash } from "node:crypto";
import type { Snapshot } from "../machine/snapshot.ts";
import { snapshotOfFiles } from "../machine/snapshot.ts";
import { type Image, type ImageDocument, Images } from "./images.ts";
import type { Layer } from "./layers.ts";
import { type DockerSeedImage, emptyConfig } from "./model.ts";
import { familiarName, type ImageReference, parseReference } from "./reference.ts";

/** When the seeded images were made; always the same, so that their ids are. */
const SEEDED_AT = new Date("2024-01-01T00:00:00Z");

/** What a client says it is. */
export interface RegistryCredentials {
  username: string;
  password: string;
}

/** An image as a registry keeps it. */
export interface RegistryImage {
  /** `sha256:…` of the manifest. */
  digest: string;
  /** The length of the manifest, in bytes. */
  size: number;
  document: ImageDocument;
  layers: readonly Layer[];
  files: Snapshot;
}

/** All registries that an engine can reach, in one: images by full repository and tag. */
export class Registry {
  readonly #repositories = new Map<string, Map<string, RegistryImage>>();
  readonly #credentials: RegistryCredentials | undefined;

  /** With credentials, who pulls and pushes must show them. */
  constructor(credentials: RegistryCredentials | undefined) {
    this.#credentials = credentials;
  }

  /** Whether a client may come in. */
  admits(shown: RegistryCredentials | undefined): boolean {
    if (this.#credentials === undefined) return true;
    const { username, password } = this.#credentials;
    return shown?.username === username && shown.password === password;
  }

  /** Puts an image under a tag, and answers what is kept. */
  push(repository: string, tag: string, image: Image): RegistryImage {
    const kept = keep(image);
    const tags = this.#repositories.get(repository) ?? new Map<string, RegistryImage>();
    this.#repositories.set(repository, tags.set(tag, kept));
    return kept;
  }

  /** What the engine says of an image that is not there. */
  explainMissing({ repository, tag, digest }: ImageReference): string {
    const name = familiarName(repository);
    if (!this.#repositories.has(repository)) {
      return `pull access denied for ${name}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`;
    }
    const wanted = digest === undefined ? `:${tag ?? "latest"}` : `@${digest}`;
    return `manifest for ${name}${wanted} not found: manifest unknown: manifest unknown`;
  }

  /** By tag, or by digest where one is given. */
  find(repository: string, tag: string, digest: string | undefined): RegistryImage | undefined {
    const tags = this.#repositories.get(repository);
    if (digest === undefined) return tags?.get(tag);
    return [...(tags?.values() ?? [])].find((image) => image.digest === digest);
  }

  /** Fills the registry with images that are made of a few files each. */
  async seed(seeds: readonly DockerSeedImage[]): Promise<void> {
    for (const seed of seeds) {
      const { repository, tag = "latest" } = parseReference(seed.reference);
      this.push(repository, tag, await imageOfSeed(seed));
    }
  }
}

/** The image that a seed describes; always with the same id. */
export async function imageOfSeed(seed: DockerSeedImage): Promise<Image> {
  return new Images().create({
    files: snapshotOfFiles(seed.files ?? {}),
    created: SEEDED_AT,
    config: {
      ...emptyConfig(),
      Env: seed.env ?? ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      Cmd: seed.command ?? ["/bin/sh"],
      Entrypoint: seed.entrypoint ?? null,
      Labels: seed.labels ?? null,
    },
  });
}

function keep({ id, document, layers, files }: Image): RegistryImage {
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: "application/vnd.docker.distribution.manifest.v2+json",
    config: { mediaType: "application/vnd.docker.container.image.v1+json", digest: id },
    layers: layers.map(({ diffId }) => ({
      mediaType: "application/vnd.docker.image.rootfs.diff.tar",
      digest: diffId,
    })),
  });
  const digest = `sha256:${createHash("sha256").update(manifest).digest("hex")}`;
  return { digest, size: manifest.length, document, layers, files };
}
