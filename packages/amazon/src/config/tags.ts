import { z } from "zod";

/** A tag as a block of its own: `tag { key = …, value = … }`. */
const tagBlock = z.strictObject({
  key: z.string().min(1).describe("The tag's key."),
  value: z.string().describe("The tag's value."),
});

/** A field such as `tags`. */
export function tagMap(description: string) {
  return z
    .record(z.string().min(1).max(128), z.string().max(256))
    .default({})
    .describe(description);
}

/** A field such as `tag`, which may be repeated. */
export function tagBlocks(of: string) {
  return z.array(tagBlock).default([]).describe(`The same as ${of}, one tag a block.`);
}

/** The tags of a map and of blocks, together. */
export function joinTags(
  map: Readonly<Record<string, string>>,
  blocks: readonly { key: string; value: string }[],
): Record<string, string> {
  return { ...map, ...Object.fromEntries(blocks.map(({ key, value }) => [key, value])) };
}
