import { z } from "zod";
import { labels, optional, storedLabels, textUpTo, timestamp } from "./common.ts";
import { LIMITS } from "./limits.ts";

export const BUILD_STATUSES = [
  "BUILD_UNSET",
  "BUILD_RUNNING",
  "BUILD_DONE",
  "BUILD_CANCELLED",
  "BUILD_FAILED",
] as const;

export const buildStatus = z.enum(BUILD_STATUSES).meta({ id: "BuildStatus" });
export type BuildStatus = z.infer<typeof buildStatus>;

const metadataPart = optional(
  z.unknown().refine((value) => JSON.stringify(value ?? null).length <= LIMITS.metadata, {
    error: `must be at most ${LIMITS.metadata} characters of JSON`,
  }),
);

const metadataBody = z.object({ packer: metadataPart, vcs: metadataPart, cicd: metadataPart });

export const buildMetadata = z
  .object({
    packer: z.unknown().optional(),
    vcs: z.unknown().optional(),
    cicd: z.unknown().optional(),
  })
  .meta({ id: "BuildMetadata" });

export const artifactBody = z.object({
  external_identifier: z.string().min(1).max(LIMITS.externalIdentifier),
  region: textUpTo(LIMITS.region),
});
export type ArtifactBody = z.infer<typeof artifactBody>;

const buildBody = z.object({
  artifacts: z
    .array(artifactBody)
    .max(LIMITS.artifacts)
    .nullish()
    .transform((value) => value ?? []),
  labels: optional(labels),
  packer_run_uuid: textUpTo(LIMITS.packerRunUuid),
  parent_channel_id: textUpTo(LIMITS.name),
  parent_version_id: textUpTo(LIMITS.name),
  platform: textUpTo(LIMITS.platform),
  source_external_identifier: textUpTo(LIMITS.externalIdentifier),
  status: optional(buildStatus),
});

export const createBuildBody = buildBody.extend({
  component_type: z.string().min(1).max(LIMITS.componentType),
});
export type CreateBuildBody = z.infer<typeof createBuildBody>;

/** What is absent or empty stays as it is: a heartbeat sends nothing but the status. */
export const updateBuildBody = buildBody.extend({ metadata: optional(metadataBody) });
export type UpdateBuildBody = z.infer<typeof updateBuildBody>;

export const artifact = z
  .object({
    id: z.string(),
    external_identifier: z.string(),
    region: z.string(),
    created_at: timestamp,
  })
  .meta({ id: "Artifact" });

export const build = z
  .object({
    id: z.string(),
    version_id: z.string(),
    component_type: z.string(),
    platform: z.string(),
    status: buildStatus,
    packer_run_uuid: z.string(),
    source_external_identifier: z.string(),
    labels: storedLabels,
    artifacts: z.array(artifact),
    metadata: buildMetadata.optional(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: "Build" });
export type Build = z.infer<typeof build>;
export type Artifact = z.infer<typeof artifact>;
