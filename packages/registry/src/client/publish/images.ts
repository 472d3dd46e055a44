import { collectImages, type Image, type StateReader } from "@packerkit/registry-image";
import { RegistryClientError } from "../errors.ts";
import type { ParentImage } from "./options.ts";

/** What a registry stores of a build's images. */
export interface BuildResult {
  platform: string;
  labels: Record<string, string>;
  source_external_identifier: string;
  parent_version_id: string;
  parent_channel_id: string;
  artifacts: { external_identifier: string; region: string }[];
}

/**
 * What to store of a build's artifacts: images with their labels merged, the platform of the first, and the source of
 * the last that names one.
 *
 * Source: `doCompleteBuild` and `markBuildComplete`, packer `internal/hcp/registry/types.bucket.go`.
 *
 * @throws {RegistryClientError} `NO_IMAGES`.
 */
export async function resultOf(
  artifacts: readonly StateReader[],
  parents: readonly ParentImage[],
  buildLabels: Readonly<Record<string, string>>,
  onWarning: (message: string) => void,
): Promise<BuildResult> {
  const images: Image[] = [];
  const labels: Record<string, string> = { ...buildLabels };
  for (const artifact of artifacts) {
    const collected = await collectImages(artifact);
    images.push(...collected.images);
    Object.assign(labels, collected.labels);
    for (const { index, message } of collected.dropped) {
      onWarning(`image ${index} of an artifact: ${message}`);
    }
  }
  const [first] = images;
  if (first === undefined) {
    throw new RegistryClientError(
      "NO_IMAGES",
      "no artifact of the build has Image metadata under par.artifact.metadata: answer that state in the artifact",
    );
  }
  const source = images.findLast((image) => image.sourceImageId !== "")?.sourceImageId ?? "";
  const parent = parents.find((one) => one.externalIdentifier === source);
  return {
    platform: first.providerName,
    labels,
    source_external_identifier: source,
    parent_version_id: parent?.versionId ?? "",
    parent_channel_id: parent?.channelId ?? "",
    artifacts: images.map((image) => ({
      external_identifier: image.imageId,
      region: image.providerRegion,
    })),
  };
}
