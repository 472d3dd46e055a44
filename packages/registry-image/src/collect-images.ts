import { ARTIFACT_STATE_URI, type StateReader } from "./artifact.ts";
import { describeValue, RegistryImageError } from "./errors.ts";
import { formatImage, type Image, validateImage } from "./image.ts";
import { assignLabel, LABEL_LIMITS, labelProblem, nameLabel } from "./labels.ts";
import { decodeImage } from "./wire.ts";

/** An image, or a label of one, under the metadata key that does not reach the registry. */
export interface Dropped {
  /** The image's place in the list; 0 where the state held a single image. */
  index: number;
  /** `bad-label`: the image stays, without that label. `duplicate`: it replaced an earlier one. */
  reason: "not-an-image" | "invalid" | "duplicate" | "bad-label";
  /** One sentence for people. */
  message: string;
}

/** What a consumer of an artifact's metadata gets out of it. */
export interface CollectedImages {
  /** Valid images, no two alike by `formatImage`, in the order in which each first appeared. */
  images: Image[];
  /** The labels of all images merged, later images winning: the labels of the build in the registry. */
  labels: Record<string, string>;
  /** What was left out, and why. */
  dropped: Dropped[];
}

/**
 * Asks an artifact for its Image metadata and makes of the answer what Packer core would store. Works for an
 * artifact in this process and for one in another, whose `state` answers a promise.
 *
 * An artifact without metadata (`undefined` or `null`) yields no images and drops nothing.
 *
 * Source: `completeBuild` and `AddArtifacts`, packer `internal/hcp/registry/types.bucket.go` and `types.builds.go`.
 *
 * @throws {RegistryImageError} `NO_ARTIFACT` for `null` or `undefined`; `STATE_FAILED` where `state` throws, with
 * what it threw as the cause.
 */
export async function collectImages(
  artifact: StateReader | null | undefined,
): Promise<CollectedImages> {
  if (artifact === null || artifact === undefined) {
    throw new RegistryImageError(
      "NO_ARTIFACT",
      `cannot collect images from ${artifact}: pass the artifact that the build returned`,
    );
  }
  let answer: unknown;
  try {
    answer = await artifact.state(ARTIFACT_STATE_URI);
  } catch (cause) {
    throw new RegistryImageError(
      "STATE_FAILED",
      `the artifact failed to answer its state ${JSON.stringify(ARTIFACT_STATE_URI)}: ${messageOf(cause)}`,
      { cause },
    );
  }
  return imagesFromState(answer);
}

/** The part of {@link collectImages} that needs no artifact: reads an answer that is already there. */
export function imagesFromState(answer: unknown): CollectedImages {
  const byIdentity = new Map<string, Image>();
  const labels: Record<string, string> = {};
  const dropped: Dropped[] = [];
  const entries = Array.isArray(answer) ? answer : answer == null ? [] : [answer];

  for (const [index, entry] of entries.entries()) {
    const image = readImage(entry, index, dropped);
    if (image === undefined) continue;
    image.labels = keepGoodLabels(image.labels, index, dropped);
    for (const key of Object.keys(image.labels)) {
      assignLabel(labels, key, image.labels[key] as string);
    }
    const identity = formatImage(image);
    if (byIdentity.has(identity)) {
      dropped.push({
        index,
        reason: "duplicate",
        message: `replaces an earlier image with the same identity (${identity})`,
      });
    }
    byIdentity.set(identity, image);
  }
  return { images: [...byIdentity.values()], labels, dropped };
}

function readImage(entry: unknown, index: number, dropped: Dropped[]): Image | undefined {
  if (entry === null || entry === undefined) {
    dropped.push({ index, reason: "not-an-image", message: `is ${describeValue(entry)}` });
    return undefined;
  }
  let image: Image | undefined;
  try {
    image = decodeImage(entry);
    validateImage(image);
    return image;
  } catch (error) {
    const reason = image === undefined ? "not-an-image" : "invalid";
    dropped.push({ index, reason, message: messageOf(error) });
    return undefined;
  }
}

function keepGoodLabels(
  labels: Record<string, string>,
  index: number,
  dropped: Dropped[],
): Record<string, string> {
  const good: Record<string, string> = {};
  const keys = Object.keys(labels);
  const drop = (message: string) => dropped.push({ index, reason: "bad-label", message });
  for (const key of keys.slice(0, LABEL_LIMITS.count)) {
    const value = labels[key] as string;
    const problem = labelProblem(key, value);
    if (problem === undefined) assignLabel(good, key, value);
    else drop(`the label ${nameLabel(key)} ${problem}`);
  }
  const excess = keys.length - LABEL_LIMITS.count;
  if (excess > 0) drop(`${excess} labels are too many; the most is ${LABEL_LIMITS.count}`);
  return good;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
