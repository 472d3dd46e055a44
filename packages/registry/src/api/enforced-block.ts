import { z } from "zod";
import { bucket } from "./bucket.ts";
import {
  labels,
  location,
  optional,
  pagination,
  storedLabels,
  textUpTo,
  timestamp,
} from "./common.ts";
import { LIMITS } from "./limits.ts";
import { templateType } from "./version.ts";

const versionBody = {
  additional_description: textUpTo(LIMITS.description),
  block_content: z.string().min(1).max(LIMITS.blockContent),
  template_type: optional(templateType),
  version: textUpTo(64).describe("A label; the next number where it is left out."),
};

export const createEnforcedBlockBody = z.object({
  ...versionBody,
  name: z.string().min(1).max(LIMITS.name),
  labels: optional(labels),
});
export type CreateEnforcedBlockBody = z.infer<typeof createEnforcedBlockBody>;

export const createEnforcedBlockVersionBody = z.object(versionBody);
export type CreateEnforcedBlockVersionBody = z.infer<typeof createEnforcedBlockVersionBody>;

const updateMask = textUpTo(256).describe("The fields to change; all that are sent without it.");

export const updateEnforcedBlockBody = z.object({
  labels: optional(labels),
  name: optional(z.string().min(1).max(LIMITS.name)),
  update_mask: updateMask,
});
export type UpdateEnforcedBlockBody = z.infer<typeof updateEnforcedBlockBody>;

export const updateEnforcedBlockVersionBody = z.object({
  additional_description: optional(z.string().max(LIMITS.description)),
  update_mask: updateMask,
});
export type UpdateEnforcedBlockVersionBody = z.infer<typeof updateEnforcedBlockVersionBody>;

export const linkBucketsBody = z.object({
  bucket_names: z
    .array(z.string().max(LIMITS.name))
    .max(LIMITS.bucketNames)
    .nullish()
    .transform((value) => value ?? [])
    .describe("The buckets that this version is enforced in from now on, and no others."),
});

export const enforcedBlockVersion = z
  .object({
    id: z.string(),
    enforced_block_id: z.string(),
    version: z.string(),
    block_content: z.string(),
    additional_description: z.string(),
    template_type: templateType,
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: "EnforcedBlockVersion" });
export type EnforcedBlockVersion = z.infer<typeof enforcedBlockVersion>;

export const enforcedBlock = z
  .object({
    id: z.string(),
    name: z.string(),
    labels: storedLabels,
    location,
    resource_name: z.string(),
    latest_version: enforcedBlockVersion.optional(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: "EnforcedBlock" });
export type EnforcedBlock = z.infer<typeof enforcedBlock>;

export const enforcedBlockDetail = z
  .object({ id: z.string(), name: z.string(), version: enforcedBlockVersion })
  .meta({ id: "EnforcedBlockDetail" });

export const enforcedBlockBucket = z
  .object({
    id: z.string(),
    bucket_id: z.string(),
    enforced_block_id: z.string(),
    enforced_block_version_id: z.string(),
    created_at: timestamp,
  })
  .meta({ id: "EnforcedBlockBucket" });

export const enforcedBlockAnswer = z.object({ enforced_block: enforcedBlock });
export const listEnforcedBlocksAnswer = z.object({
  enforced_blocks: z.array(enforcedBlock),
  pagination,
});
export const enforcedBlockVersionAnswer = z.object({
  enforced_block_version: enforcedBlockVersion,
});
export const enforcedBlockDetailsAnswer = z.object({
  enforced_block_detail: z.array(enforcedBlockDetail),
});
export const linkedBucketsAnswer = z.object({
  linked_buckets: z.array(
    z.object({
      id: z.string(),
      bucket,
      enforced_block_id: z.string(),
      enforced_block_version_id: z.string(),
      created_at: timestamp,
    }),
  ),
});
export const linkBucketsAnswer = z.object({
  enforced_block_buckets: z.array(enforcedBlockBucket),
});
