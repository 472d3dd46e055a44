import { z } from "zod";
import { templateProblem } from "../template.ts";

/** A text in which expressions such as `{{ .SourceAMI }}` are filled in. */
export function templateText(longest: number) {
  return z
    .string()
    .max(longest)
    .superRefine((text, context) => {
      const message = templateProblem(text);
      if (message !== undefined) context.addIssue({ code: "custom", message });
    });
}

/** A tag as a block of its own: `tag { key = …, value = … }`. */
const tagBlock = z.strictObject({
  key: templateText(128).min(1).describe("The tag's key."),
  value: templateText(256).describe("The tag's value."),
});

/** A field such as `tags`. */
export function tagMap(description: string) {
  return z.record(templateText(128).min(1), templateText(256)).default({}).describe(description);
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
