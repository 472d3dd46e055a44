import { z } from "zod";
import { build } from "./build.ts";
import { pageQuery, pagination, storedLabels, textUpTo, timestamp } from "./common.ts";
import { LIMITS } from "./limits.ts";
import { ancestryStatus, revocationType, versionStatus } from "./version.ts";

export const ancestryType = z
  .enum(["ANCESTRY_TYPE_UNSET", "ANCESTRY_TYPE_PARENTS", "ANCESTRY_TYPE_CHILDREN"])
  .meta({ id: "AncestryType" });

export const ancestryQuery = pageQuery.extend({
  type: ancestryType.optional(),
  channel_name: z
    .string()
    .max(LIMITS.name)
    .optional()
    .describe("Only children that found their parent by this channel of the bucket."),
  version_fingerprint: z
    .string()
    .max(LIMITS.name)
    .optional()
    .describe(
      "This version's parents, and all versions built on it; else the parents of the latest version, and of every other bucket the latest version if it is built on any of this bucket's.",
    ),
  include_untracked: z
    .enum(["true", "false"])
    .optional()
    .describe("Also parents that the registry does not know, by their source identifier alone."),
});
export type AncestryQuery = z.infer<typeof ancestryQuery>;

export const sourceAncestryQuery = pageQuery.extend({
  source_external_identifier: z
    .string()
    .min(1)
    .max(LIMITS.externalIdentifier)
    .describe("The source's id as its provider gives it, whether or not the registry knows it."),
  platform: z.string().max(LIMITS.platform).optional(),
});
export type SourceAncestryQuery = z.infer<typeof sourceAncestryQuery>;

const relative = {
  bucket_name: z.string().optional(),
  version_id: z.string().optional(),
  version_name: z.string().optional(),
  version_fingerprint: z.string().optional(),
  version_status: versionStatus.optional(),
};

export const relation = z
  .object({
    child: z.object(relative),
    parent: z
      .object({
        ...relative,
        channel_name: z.string().optional(),
        channel_version: z
          .object({ id: z.string(), name: z.string(), fingerprint: z.string() })
          .optional(),
      })
      .optional()
      .describe("Absent for a source that the registry does not know."),
    status: ancestryStatus,
    platform: z.string(),
    source_external_identifier: z.string(),
  })
  .meta({ id: "BucketAncestry" });
export type Relation = z.infer<typeof relation>;

export const ancestryAnswer = z.object({
  relations: z.array(relation),
  total_count: z.int(),
  pagination,
});

export const searchBody = z.object({
  external_identifier: z.string().min(1).max(LIMITS.externalIdentifier),
  platform: textUpTo(LIMITS.platform),
  region: textUpTo(LIMITS.region),
});
export type SearchBody = z.infer<typeof searchBody>;

export const externalArtifact = z
  .object({
    bucket: z.object({ id: z.string(), name: z.string(), labels: storedLabels }),
    version: z.object({
      id: z.string(),
      name: z.string(),
      fingerprint: z.string(),
      author_id: z.string(),
      status: versionStatus,
      revoke_at: timestamp.optional(),
      revocation_author: z.string().optional(),
      revocation_message: z.string().optional(),
      revocation_type: revocationType,
    }),
    build,
  })
  .meta({ id: "ExternalArtifact" });
export type ExternalArtifact = z.infer<typeof externalArtifact>;

export const searchAnswer = z.object({ artifacts: z.array(externalArtifact), pagination });
