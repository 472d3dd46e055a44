/** What generated data holds before a value is known, as the official plugin writes it. */
export const UNKNOWN_IMAGE_SHA256 = "ERR_IMAGE_SHA256_NOT_FOUND";

/** The texts in generated data; values that are not known, or are no text, are left out. */
export function knownTexts(data: unknown): Readonly<Record<string, string | undefined>> {
  if (typeof data !== "object" || data === null) return {};
  return Object.fromEntries(
    Object.entries(data).filter(
      (entry): entry is [string, string] =>
        typeof entry[1] === "string" && !/^ERR_\w+_NOT_FOUND$/.test(entry[1]),
    ),
  );
}
