import type { Artifact } from "./artifact.ts";
import { RegistryImageError } from "./errors.ts";
import type { Image } from "./image.ts";
import { assignLabel } from "./labels.ts";

/** Changes one thing about an image that is being made; may throw to give up. */
export type ArtifactOverride = (image: Image) => void;

/**
 * Makes the Image metadata of an artifact. By itself it takes the provider's name from `builderId()` and the
 * image's id from `id()`; the region and the source stay empty. Overrides then run in the given order.
 *
 * ```ts
 * const image = fromArtifact(artifact, withProvider("aws"), withRegion("us-east-1"));
 * ```
 *
 * Source: `FromArtifact`, packer-plugin-sdk `packer/registry/image/image.go`.
 *
 * @throws {RegistryImageError} `NO_ARTIFACT` for `null` or `undefined`; whatever an override throws, as it is.
 */
export function fromArtifact(
  artifact: Pick<Artifact, "builderId" | "id"> | null | undefined,
  ...overrides: ArtifactOverride[]
): Image {
  if (artifact === null || artifact === undefined) {
    throw new RegistryImageError(
      "NO_ARTIFACT",
      `cannot make an Image from ${artifact}: pass the artifact that the build returned`,
    );
  }
  const image: Image = {
    imageId: artifact.id(),
    providerName: artifact.builderId(),
    providerRegion: "",
    labels: {},
    sourceImageId: "",
  };
  for (const override of overrides) override(image);
  return image;
}

/** Sets the image's id. Source: `WithID`. */
export function withId(id: string): ArtifactOverride {
  return (image) => {
    image.imageId = id;
  };
}

/** Sets the provider's name. Source: `WithProvider`. */
export function withProvider(name: string): ArtifactOverride {
  return (image) => {
    image.providerName = name;
  };
}

/** Sets the region. Source: `WithRegion`. */
export function withRegion(region: string): ArtifactOverride {
  return (image) => {
    image.providerRegion = region;
  };
}

/** Sets the id of the source image. Source: `WithSourceID`. */
export function withSourceId(id: string): ArtifactOverride {
  return (image) => {
    image.sourceImageId = id;
  };
}

/**
 * Adds labels to those that the image has. Values that are not strings are left out, as in the Go SDK;
 * turn them into strings first where they matter.
 *
 * Source: `SetLabels`.
 */
export function setLabels(labels: Readonly<Record<string, unknown>>): ArtifactOverride {
  return (image) => {
    for (const key of Object.keys(labels)) {
      const value = labels[key];
      if (typeof value === "string") assignLabel(image.labels, key, value);
    }
  };
}
