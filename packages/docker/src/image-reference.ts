/** What an image may be called: a repository with an optional tag or digest, or an id. */
export const IMAGE_REFERENCE = /^[A-Za-z0-9][\w.:/@+-]*$/;

/**
 * Splits a reference into repository and tag or digest, as the engine wants them for a pull. Without a tag the
 * engine would pull every one that there is, so that it is `latest` then.
 */
export function splitTag(reference: string): { fromImage: string; tag: string } {
  const [, digested, digest] = /^(.+)@(.+)$/.exec(reference) ?? [];
  if (digested !== undefined && digest !== undefined) return { fromImage: digested, tag: digest };
  const [, tagged, tag] = /^(.+):([^/:]+)$/.exec(reference) ?? [];
  return { fromImage: tagged ?? reference, tag: tag ?? "latest" };
}
