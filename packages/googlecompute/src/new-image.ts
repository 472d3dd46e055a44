import type { ComputeClient, ImageResource } from "./client.ts";
import { GoogleComputeError } from "./errors.ts";
import { type Made, make, type Patience, unmake, waitFor } from "./made.ts";

/** The image that a build or an import makes. */
export interface NewImage extends Made {
  readonly project: string;
  readonly name: string;
}

/** @throws {GoogleComputeError} `ALREADY_EXISTS` where there is such an image, and it is not to be replaced. */
export async function requireFreeName(
  client: ComputeClient,
  { project, name }: NewImage,
  isForced: boolean,
  signal: AbortSignal,
): Promise<void> {
  if (isForced || (await client.findImage(project, name, signal)) === undefined) return;
  throw new GoogleComputeError(
    "ALREADY_EXISTS",
    `${project} has an image ${name} already; choose another image_name, or replace it with -force`,
  );
}

/**
 * Makes an image, and answers it as the cloud has it. One of its name is deleted first where it is to be replaced.
 *
 * @throws {GoogleComputeError}
 */
export async function makeImage(
  image: NewImage,
  request: ImageResource,
  isForced: boolean,
  patience: Patience,
): Promise<ImageResource> {
  const { client, signal, ui } = patience;
  const { name, project } = image;
  const removal = isForced ? await client.deleteImage(project, name) : undefined;
  if (removal !== undefined) {
    ui.say(`Deleting the image ${name}, which was there before`);
    await waitFor(removal, patience);
  }
  ui.say(`Creating the image ${name}`);
  await make(image, patience, () => client.createImage(project, request));
  const made = await client.findImage(project, name, signal);
  if (made !== undefined) return made;
  throw new GoogleComputeError(
    "NOT_FOUND",
    `the image ${name} is gone from ${project} already; see who deleted it`,
  );
}

/** Deletes the image that a build or an import made, where there is one. */
export async function unmakeImage(
  image: NewImage,
  { client, ui }: Pick<Patience, "client" | "ui">,
): Promise<void> {
  if (!image.mayExist) return;
  ui.say(`Deleting the image ${image.name}`);
  await unmake(image, client, () => client.deleteImage(image.project, image.name));
}

/** Names the image for who has to delete it. */
export function leftBehindImage({ mayExist, name, project }: NewImage): string[] {
  return mayExist ? [`image ${name} in ${project}`] : [];
}
