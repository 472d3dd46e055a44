import { z } from "zod";
import { DockerError } from "../errors.ts";
import { isRepository, TAG } from "../image-reference.ts";
import type { Refuse } from "../shared-settings.ts";

const BAD_REPOSITORY =
  "is no name of a repository: use lower-case letters and digits with . _ - and / between them, such as registry.example/web";
const BAD_TAG =
  "is no tag: use letters, digits, _ . and -, with neither . nor - at the beginning, 128 at most";

/**
 * Before a build, Packer puts `<unknown>` for what only the build will know. Of what functions such as `substr` make of
 * that, the brackets tell: it is not judged before {@link fullNames} makes a name of it.
 */
const NOT_KNOWN_YET = /[<>]/;

/** The name that an image gets, without its tag; one with a tag will do where no other tag is given. */
export const repositoryField = z
  .string()
  .refine((text) => isNameable(text) || NOT_KNOWN_YET.test(text), BAD_REPOSITORY)
  .describe("The repository of the image, such as registry.example/web.");

/** A tag. */
export const tagField = z
  .string()
  .refine((text) => TAG.test(text) || NOT_KNOWN_YET.test(text), BAD_TAG);

/** Refuses tags for a repository that has one already. */
export function checkTags(
  attribute: string,
  { repository, tags }: { repository: string; tags: readonly string[] },
  refuse: Refuse,
): void {
  if (tags.length === 0 || !isTaggedRepository(repository)) return;
  refuse(attribute, `cannot be given for ${repository}, which has a tag already; keep one of them`);
}

/**
 * The names in full; a repository alone where there are no tags.
 *
 * @throws {DockerError} `NAME_INVALID` for what could not be judged before.
 */
export function fullNames(repository: string, tags: readonly string[]): string[] {
  const refuse = (text: string, reason: string) => {
    throw new DockerError("NAME_INVALID", `${JSON.stringify(text)} ${reason}`);
  };
  if (!isNameable(repository)) refuse(repository, BAD_REPOSITORY);
  for (const tag of tags) if (!TAG.test(tag)) refuse(tag, BAD_TAG);
  return tags.length === 0 ? [repository] : [...new Set(tags)].map((tag) => `${repository}:${tag}`);
}

function isNameable(text: string): boolean {
  return isRepository(text) || isTaggedRepository(text);
}

function isTaggedRepository(text: string): boolean {
  const [, repository = "", tag = ""] = /^(.*):([^/:]*)$/s.exec(text) ?? [];
  return isRepository(repository) && TAG.test(tag);
}
