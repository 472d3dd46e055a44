import { z } from "zod";
import { build } from "./build.ts";
import { fingerprint, operation, optional, pagination, textUpTo, timestamp } from "./common.ts";
import { LIMITS } from "./limits.ts";

export const ancestryStatus = z
  .enum(["UNDETERMINED", "UP_TO_DATE", "OUT_OF_DATE"])
  .meta({ id: "AncestryStatus" });
export type AncestryStatus = z.infer<typeof ancestryStatus>;

export const versionStatus = z
  .enum([
    "VERSION_UNSET",
    "VERSION_RUNNING",
    "VERSION_CANCELLED",
    "VERSION_FAILED",
    "VERSION_REVOKED",
    "VERSION_REVOCATION_SCHEDULED",
    "VERSION_ACTIVE",
    "VERSION_INCOMPLETE",
  ])
  .meta({ id: "VersionStatus" });
export type VersionStatus = z.infer<typeof versionStatus>;

export const templateType = z
  .enum(["TEMPLATE_TYPE_UNSET", "HCL2", "JSON"])
  .meta({ id: "TemplateType" });

export const revocationType = z
  .enum(["REVOCATION_TYPE_UNSET", "MANUAL", "INHERITED"])
  .meta({ id: "RevocationType" });

export const createVersionBody = z.object({ fingerprint, template_type: optional(templateType) });
export type CreateVersionBody = z.infer<typeof createVersionBody>;

const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

export const updateVersionBody = z.object({
  complete: flag,
  disable_rollback_channels: flag,
  restore: flag,
  revocation_message: textUpTo(LIMITS.message),
  revoke_at: textUpTo(64).describe("RFC 3339; Go's zero time counts as absent."),
  revoke_in: textUpTo(64).describe("Such as 30d or 2h45m; 0s means now."),
  skip_descendants_revocation: flag,
});
export type UpdateVersionBody = z.infer<typeof updateVersionBody>;

export const relationSummary = z.object({ href: z.string(), status: ancestryStatus });

export const revokedAncestor = z
  .object({
    bucket_name: z.string().optional(),
    href: z.string().optional(),
    version_fingerprint: z.string().optional(),
    version_id: z.string(),
    version_name: z.string().optional(),
  })
  .meta({ id: "RevokedAncestor" });

export const version = z
  .object({
    id: z.string(),
    name: z.string().describe("v0 until the version is complete."),
    fingerprint: z.string(),
    bucket_name: z.string(),
    author_id: z.string(),
    status: versionStatus,
    template_type: templateType,
    has_descendants: z.boolean(),
    parents: relationSummary.optional(),
    builds: z.array(build),
    revoke_at: timestamp.optional(),
    revocation_author: z.string().optional(),
    revocation_message: z.string().optional(),
    revocation_type: revocationType,
    revocation_inherited_from: revokedAncestor.optional(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: "Version" });
export type Version = z.infer<typeof version>;

export const versionAnswer = z.object({ version });
export const updateVersionAnswer = z.object({ version, operation: operation.optional() });
export const listVersionsAnswer = z.object({ versions: z.array(version), pagination });
