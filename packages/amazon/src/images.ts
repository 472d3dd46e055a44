import type { AmiImage } from "./answers.ts";
import type { Made } from "./build-state.ts";
import type { Ec2Region } from "./ec2-region.ts";
import { AmazonError, isNotFound } from "./errors.ts";
import { failuresOf, joinErrors } from "./many.ts";
import { type Pace, waitFor } from "./pace.ts";

/** An image, as far as removing it goes. */
export interface RemovableImage {
  readonly id: string;
  /** As they become known: an image that is gone does not tell its snapshots any more. */
  snapshotIds: string[];
}

/** An image that a build makes. */
export interface MadeImage extends Made {
  image?: RemovableImage;
}

/**
 * Waits until an image can be used.
 *
 * @throws {AmazonError} `IMAGE_FAILED`, `TIMED_OUT`
 */
export async function waitForImage(
  region: Ec2Region,
  pace: Pace,
  id: string,
  signal: AbortSignal | undefined,
): Promise<AmiImage> {
  return await waitFor({
    what: `the image ${id} in ${region.name} to be available`,
    async look() {
      const [image] = await region.images({ ids: [id] }, { signal });
      if (image === undefined || image.state === "pending") return undefined;
      if (image.state === "available") return image;
      throw new AmazonError(
        "IMAGE_FAILED",
        `the image ${id} in ${region.name} is ${image.state}${image.stateReason === undefined ? "" : `: ${image.stateReason}`}`,
      );
    },
    limit: pace.imageLimit,
    pace,
    signal,
  });
}

/**
 * Deregisters an image and deletes its snapshots, but for those that it did not bring. What is gone already is no error.
 *
 * @throws {AmazonError} `DESTROY_FAILED`, naming everything that stays.
 */
export async function removeImage(
  region: Ec2Region,
  image: RemovableImage,
  foreignSnapshots: ReadonlySet<string>,
): Promise<void> {
  const seen = await region.images({ ids: [image.id] }).catch((error: unknown) => {
    if (isNotFound(error)) return [];
    throw removalFailed(`the image ${image.id} in ${region.name}`, [error]);
  });
  const ids = [...image.snapshotIds, ...seen.flatMap(({ snapshotIds }) => snapshotIds)];
  image.snapshotIds = [...new Set(ids)].filter((id) => !foreignSnapshots.has(id));
  try {
    await region.deregisterImage(image.id);
  } catch (error) {
    const names = [image.id, ...image.snapshotIds].join(", ");
    throw removalFailed(`the image and its snapshots ${names} in ${region.name}`, [error]);
  }
  await removeSnapshots(region, image.snapshotIds);
}

/**
 * Does the same for an image that may not have been made in full: such an image does not tell all of its snapshots, but
 * they tell in their description for which image they are.
 *
 * @throws {AmazonError} `DESTROY_FAILED`, naming everything that stays.
 */
export async function removeUnfinishedImage(
  region: Ec2Region,
  image: RemovableImage,
  foreignSnapshots: ReadonlySet<string>,
): Promise<void> {
  await removeImage(region, image, foreignSnapshots);
  const strays = await region.snapshotsWith({ description: [`*${image.id}*`] });
  await removeSnapshots(
    region,
    strays.map(({ id }) => id),
  );
}

/** @throws {AmazonError} `DESTROY_FAILED`, naming every snapshot that stays. */
export async function removeSnapshots(region: Ec2Region, ids: readonly string[]): Promise<void> {
  const failures = await failuresOf(ids, (id) => region.deleteSnapshot(id));
  if (failures.length === 0) return;
  const names = failures.map(({ item }) => item).join(", ");
  throw removalFailed(
    `the snapshots ${names} in ${region.name}`,
    failures.map(({ error }) => error),
  );
}

function removalFailed(what: string, errors: readonly unknown[]): AmazonError {
  return joinErrors("DESTROY_FAILED", `could not remove ${what}`, errors);
}
