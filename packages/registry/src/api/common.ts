import { LABEL_LIMITS, labelProblem } from "@packerkit/registry-image";
import { z } from "zod";
import { LIMITS } from "./limits.ts";

/** A field that Go's encoder may leave out, or send as null. */
export function optional<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined);
}

/** A text that is absent or null counts as empty, as in protobuf. */
export function textUpTo(length: number) {
  return z
    .string()
    .max(length)
    .nullish()
    .transform((value) => value ?? "");
}

/** A bucket's or a channel's name. Source: `bucketNameRegexp`, packer `hcl2template`. */
export const slug = z.string().regex(/^[a-zA-Z0-9-]{3,36}$/, {
  error: "must be 3 to 36 ASCII letters, digits and hyphens",
});

/** Source: the field's comment in hcp-sdk-go's `CreateVersionBody`. */
export const fingerprint = z.string().regex(/^[a-zA-Z0-9]([a-zA-Z0-9._-]{0,38}[a-zA-Z0-9])?$/, {
  error:
    "must be 1 to 40 ASCII letters, digits, hyphens, dots and underscores, and begin and end with a letter or digit",
});

const MAP_OF_TEXT = z.record(z.string(), z.string());

/** Custom metadata; Packer core leaves it out where it is empty. */
export const labels = MAP_OF_TEXT.superRefine((value, context) => {
  const entries = Object.entries(value);
  if (entries.length > LABEL_LIMITS.count) {
    context.addIssue({
      code: "custom",
      message: `has ${entries.length} labels; the most is ${LABEL_LIMITS.count}`,
    });
  }
  for (const [key, text] of entries.slice(0, LABEL_LIMITS.count)) {
    const problem = labelProblem(key, text);
    if (problem === undefined) continue;
    const name = JSON.stringify(key.slice(0, 40));
    context.addIssue({ code: "custom", message: `the label ${name} ${problem}` });
  }
});

export const storedLabels = MAP_OF_TEXT;

/** RFC 3339, in UTC, to the millisecond. */
export const timestamp = z.iso.datetime();

export const location = z
  .object({ organization_id: z.string(), project_id: z.string() })
  .meta({ id: "Location" });

export const pagination = z
  .object({
    next_page_token: z.string().optional(),
    previous_page_token: z.string().optional(),
  })
  .meta({ id: "Pagination" });
export type Pagination = z.infer<typeof pagination>;

/** Query parameters of every list with pages. */
export const pageQuery = z.object({
  "pagination.page_size": z.coerce
    .number()
    .int()
    .min(0)
    .max(LIMITS.pageSize)
    .optional()
    .describe("The most results of a page; 0 means the default."),
  "pagination.next_page_token": z.string().max(2048).optional(),
  "pagination.previous_page_token": z.string().max(2048).optional(),
});

/** Query parameters of every list with pages that can be sorted. */
export const sortedPageQuery = pageQuery.extend({
  "sorting.order_by": z
    .union([z.string().max(256), z.array(z.string().max(256)).max(8)])
    .optional()
    .describe('Fields in order of weight, each with " asc" or " desc" behind it, split by commas.'),
});

/** Every answer that is not a success. Source: grpc-gateway; hcp-sdk-go's `GoogleRPCStatus`. */
export const errorBody = z
  .object({
    code: z.int().describe("A gRPC status code."),
    message: z.string(),
    details: z.array(z.unknown()),
  })
  .meta({ id: "Error" });
export type ErrorBody = z.infer<typeof errorBody>;

/** A change that takes a while elsewhere; here it is done before the answer. */
export const operation = z
  .object({
    id: z.string(),
    state: z.literal("DONE"),
    location,
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: "Operation" });

export const empty = z.object({});
