import { RegistryImageError } from "./errors.ts";

/**
 * The metadata of one image in the HCP Packer registry.
 *
 * Source: the struct `Image`, packer-plugin-sdk `packer/registry/image/image.go`.
 */
export interface Image {
  /** The provider's own id of the image, such as `ami-0abc` or `sha256:…`. Mandatory. */
  imageId: string;
  /** The cloud or service where the image lives, such as `aws`, `azure`, `docker`. Mandatory. */
  providerName: string;
  /** Where in that cloud it lives: a region, a zone, a datacenter. May be empty. */
  providerRegion: string;
  /** Further details; they become the build's labels in the registry. */
  labels: Record<string, string>;
  /** The provider's own id of the image this one was built from; links child and parent. May be empty. */
  sourceImageId: string;
}

/**
 * Checks that an image can be stored: `imageId` and `providerName` hold something other than white space.
 *
 * The Go SDK's `Validate` accepts white space; the registry could not find such an image again, so we do not.
 * A missing `sourceImageId` is no error here: some artifacts have no source. The conformance rules look at it.
 *
 * @throws {RegistryImageError} `NO_IMAGE_ID` or `NO_PROVIDER_NAME`.
 */
export function validateImage(image: Pick<Image, "imageId" | "providerName">): void {
  if (isBlank(image.imageId)) {
    throw new RegistryImageError(
      "NO_IMAGE_ID",
      `the image of provider ${JSON.stringify(image.providerName)} has no image id (got ${JSON.stringify(image.imageId)}): give the artifact an id, or override it with withId`,
    );
  }
  if (isBlank(image.providerName)) {
    throw new RegistryImageError(
      "NO_PROVIDER_NAME",
      `the image ${JSON.stringify(image.imageId)} has no provider name (got ${JSON.stringify(image.providerName)}): give the artifact a builder id, or override it with withProvider`,
    );
  }
}

/**
 * One line that identifies an image: `provider:aws, image:ami-0abc, region:us-east-1`.
 * Packer core keeps images by this line, so two images that share it are one.
 *
 * Source: `Image.String`, packer-plugin-sdk `packer/registry/image/image.go`.
 */
export function formatImage(
  image: Pick<Image, "imageId" | "providerName" | "providerRegion">,
): string {
  return `provider:${image.providerName}, image:${image.imageId}, region:${image.providerRegion}`;
}

function isBlank(text: unknown): boolean {
  return typeof text !== "string" || text.trim() === "";
}
