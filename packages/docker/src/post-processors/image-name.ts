import { z } from "zod";
import { isRepository, TAG } from "../image-reference.ts";
import type { Refuse } from "../shared-settings.ts";

/** The name that an image gets, without its tag; one with a tag will do where no other tag is given. */
export const repositoryField = z
  .string()
  .refine(
    (text) => isRepository(text) || isTaggedRepository(text),
    "is no name of a repository: use lower-case letters and digits with . _ - and / between them, such as registry.example/web",
  )
  .describe("The repository of the image, such as registry.example/web.");

/** A tag. */
export const tagField = z
  .string()
  .regex(
    TAG,
    "is no tag: use letters, digits, _ . and -, with neither . nor - at the beginning, 128 at most",
  );

/** Refuses tags for a repository that has one already. */
export function checkTags(
  attribute: string,
  { repository, tags }: { repository: string; tags: readonly string[] },
  refuse: Refuse,
): void {
  if (tags.length === 0 || !isTaggedRepository(repository)) return;
  refuse(attribute, `cannot be given for ${repository}, which has a tag already; keep one of them`);
}

/** The names in full; a repository alone where there are no tags. */
export function fullNames(repository: string, tags: readonly string[]): string[] {
  if (tags.length === 0) return [repository];
  return [...new Set(tags)].map((tag) => `${repository}:${tag}`);
}

function isTaggedRepository(text: string): boolean {
  const [, repository = "", tag = ""] = /^(.*):([^/:]*)$/s.exec(text) ?? [];
  return isRepository(repository) && TAG.test(tag);
}
