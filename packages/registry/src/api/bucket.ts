import { z } from "zod";
import {
  labels,
  location,
  optional,
  pagination,
  slug,
  storedLabels,
  textUpTo,
  timestamp,
} from "./common.ts";
import { LIMITS } from "./limits.ts";
import { relationSummary, version } from "./version.ts";

export const createBucketBody = z.object({
  name: slug,
  description: textUpTo(LIMITS.description),
  labels: optional(labels),
});
export type CreateBucketBody = z.infer<typeof createBucketBody>;

/** Replaces description and labels: Packer core leaves out the one that its template no longer has. */
export const updateBucketBody = z.object({
  description: textUpTo(LIMITS.description),
  labels: optional(labels),
  platforms: optional(z.array(z.string().max(LIMITS.platform)).max(64)),
});
export type UpdateBucketBody = z.infer<typeof updateBucketBody>;

export const bucket = z
  .object({
    id: z.string(),
    name: z.string(),
    resource_name: z.string(),
    location,
    description: z.string(),
    labels: storedLabels,
    platforms: z.array(z.string()),
    version_count: z.string().describe("A count of 64 bits, as text."),
    latest_version: version.optional(),
    parents: relationSummary.optional(),
    children: relationSummary.optional(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: "Bucket" });
export type Bucket = z.infer<typeof bucket>;

export const bucketAnswer = z.object({ bucket });
export const listBucketsAnswer = z.object({ buckets: z.array(bucket), pagination });
