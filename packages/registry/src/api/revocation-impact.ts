import { z } from "zod";

const flag = z.enum(["true", "false"]).optional();

export const impactQuery = z.object({
  skip_descendants_revocation: flag,
  disable_rollback_channels: flag,
});

const versionName = z.object({
  bucket_name: z.string(),
  version_id: z.string(),
  version_name: z.string(),
  version_fingerprint: z.string(),
});

/** What revoking a version at once would do. */
export const impactAnswer = z
  .object({
    versions: z
      .array(versionName)
      .describe("Those that would be revoked: the version itself first, then its descendants."),
    channels: z
      .array(
        z.object({
          bucket_name: z.string(),
          channel_name: z.string(),
          from: versionName,
          to: versionName.optional().describe("Absent where nothing is left to point at."),
        }),
      )
      .describe("Those that point at one of these versions, and where they would point."),
  })
  .meta({ id: "RevocationImpact" });
export type RevocationImpact = z.infer<typeof impactAnswer>;
