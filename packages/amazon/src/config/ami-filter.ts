import { z } from "zod";

/**
 * How to find an image.
 *
 * Source: packer-plugin-amazon 1.8.2, `common/ami_filter.go`.
 */
export const amiFilterFields = {
  filters: z
    .record(z.string().min(1), z.string())
    .default({})
    .describe("Filters of DescribeImages, such as name; several values are separated by commas."),
  owners: z
    .array(z.string().min(1))
    .default([])
    .describe("Whose images to look at: account numbers, `self`, `amazon`, …"),
  most_recent: z.boolean().default(false).describe("Take the newest image that fits."),
  include_deprecated: z.boolean().default(false).describe("Look at deprecated images as well."),
};

/** How to find an image, checked and completed. */
export type AmiFilterConfig = z.output<z.ZodObject<typeof amiFilterFields>>;

/** Filters of another kind of thing. */
export function filterBlock(description: string) {
  return z
    .strictObject({ filters: z.record(z.string().min(1), z.string()).default({}) })
    .optional()
    .describe(description);
}

/** Whether there is something to look for. */
export function hasFilters(block: { filters: object } | undefined): block is { filters: object } {
  return block !== undefined && Object.keys(block.filters).length > 0;
}
