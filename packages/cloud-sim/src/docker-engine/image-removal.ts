import { ApiError } from "../frame/errors.ts";
import type { Containers } from "./containers.ts";
import { type Image, type Images, shortId } from "./images.ts";
import { parseReference } from "./reference.ts";

/** One step of a removal, as the API tells it. */
export type RemovalStep = { Untagged: string } | { Deleted: string };

/** How to remove. */
export interface RemovalOptions {
  /** Takes images away that have several names, or that stopped containers use. */
  force: boolean;
  /** Takes parents away that nothing else needs. */
  prune: boolean;
}

/**
 * Removes an image by name or id: a name comes off, and the image goes with its last one.
 *
 * Source: `ImageDelete`, moby `daemon/images/image_delete.go`.
 *
 * @throws {ApiError} 404; 409 where containers, names or children are in the way.
 */
export function removeImage(
  images: Images,
  containers: Containers,
  text: string,
  options: RemovalOptions,
): RemovalStep[] {
  const image = images.resolve(text);
  const isById = image.id.replace("sha256:", "").startsWith(text.replace("sha256:", ""));
  const steps = isById ? [] : removeName(images, containers, image, text, options.force);
  if (!isById && images.fullTags(image).length > 0) return steps;
  const conflict = findConflict(images, containers, image, isById, options.force);
  if (conflict !== undefined) {
    if (!isById) return steps;
    throw conflict;
  }
  return [...steps, ...removeWithParents(images, containers, image, options.prune)];
}

function removeName(
  images: Images,
  containers: Containers,
  image: Image,
  text: string,
  force: boolean,
): RemovalStep[] {
  const [user] = containers.all().filter((container) => container.image.id === image.id);
  if (!force && images.fullTags(image).length === 1 && user !== undefined) {
    throw new ApiError(
      409,
      "conflict",
      `conflict: unable to remove repository reference ${JSON.stringify(text)} (must force) - container ${shortId(user.id)} is using its referenced image ${shortId(image.id)}`,
    );
  }
  return images.untag(image, parseReference(text)).map((name) => ({ Untagged: name }));
}

function findConflict(
  images: Images,
  containers: Containers,
  image: Image,
  isById: boolean,
  force: boolean,
): ApiError | undefined {
  const users = containers.all().filter((container) => container.image.id === image.id);
  const running = users.find(({ isRunning }) => isRunning);
  const refuse = (how: string, reason: string) =>
    new ApiError(
      409,
      "conflict",
      `conflict: unable to delete ${shortId(image.id)} (${how}) - ${reason}`,
    );
  if (images.hasChildren(image))
    return refuse("cannot be forced", "image has dependent child images");
  if (running !== undefined) {
    return refuse(
      "cannot be forced",
      `image is being used by running container ${shortId(running.id)}`,
    );
  }
  if (force) return undefined;
  if (isById && new Set(images.fullTags(image)).size > 1) {
    return refuse("must be forced", "image is referenced in multiple repositories");
  }
  const [stopped] = users;
  if (stopped === undefined) return undefined;
  return refuse(
    "must be forced",
    `image is being used by stopped container ${shortId(stopped.id)}`,
  );
}

function removeWithParents(
  images: Images,
  containers: Containers,
  image: Image,
  prune: boolean,
): RemovalStep[] {
  const untagged = images.remove(image).map((name) => ({ Untagged: name }));
  const steps: RemovalStep[] = [...untagged, { Deleted: image.id }];
  const parent = prune && image.parent !== "" ? images.find(image.parent) : undefined;
  if (parent === undefined || images.fullTags(parent).length > 0) return steps;
  if (findConflict(images, containers, parent, true, false) !== undefined) return steps;
  return [...steps, ...removeWithParents(images, containers, parent, prune)];
}
