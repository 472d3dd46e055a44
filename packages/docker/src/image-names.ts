import { cleanUpCall } from "./build-state.ts";
import type { Engine } from "./client.ts";

/** A name that an image was given. */
export interface GivenName {
  readonly name: string;
  /** The id of the image that had the name before. */
  readonly previous: string | undefined;
}

/**
 * Gives an image a name, and notes in `given` what had it before, so that {@link takeBackNames} can undo it.
 *
 * @param image The image's id.
 */
export async function giveName(
  engine: Engine,
  image: string,
  name: string,
  given: GivenName[],
  signal: AbortSignal,
): Promise<void> {
  const previous = await engine.inspectImage(name, { signal });
  given.push({ name, previous: previous?.id });
  // Not cancelled half-way: the engine would go on, and give the name after it was taken back.
  await engine.tagImage(image, name);
}

/**
 * Undoes {@link giveName}: gives names back to the images that had them, and takes off those that no image had.
 * One that is the image's only name stays, because the image would go with it.
 */
export async function takeBackNames(
  engine: Engine,
  image: string,
  given: GivenName[],
): Promise<void> {
  for (let last = given.at(-1); last !== undefined; last = given.at(-1)) {
    await takeBack(engine, image, last);
    given.pop();
  }
}

async function takeBack(engine: Engine, image: string, { name, previous }: GivenName) {
  if (previous === image) return;
  const named = await engine.inspectImage(name, cleanUpCall());
  if (named?.id !== image) return;
  if (previous !== undefined) await engine.tagImage(previous, name, cleanUpCall());
  else if (named.names.length > 1) await engine.removeImage(name, cleanUpCall());
}
