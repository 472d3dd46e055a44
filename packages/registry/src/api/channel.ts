import { z } from "zod";
import { fingerprint, optional, pagination, slug, textUpTo, timestamp } from "./common.ts";
import { version } from "./version.ts";

export const createChannelBody = z.object({
  name: slug,
  restricted: optional(z.boolean()),
  version_fingerprint: optional(z.union([z.literal(""), fingerprint])),
});
export type CreateChannelBody = z.infer<typeof createChannelBody>;

export const updateChannelBody = z.object({
  restricted: optional(z.boolean()),
  update_mask: textUpTo(256).describe("Such as versionFingerprint,restricted; required."),
  version_fingerprint: optional(z.union([z.literal(""), fingerprint])),
});
export type UpdateChannelBody = z.infer<typeof updateChannelBody>;

export const assignChannelBody = z.object({ source_channel: slug, target_channel: slug });

export const channel = z
  .object({
    id: z.string(),
    name: z.string(),
    bucket_name: z.string(),
    author_id: z.string(),
    managed: z.boolean(),
    restricted: z.boolean(),
    version: version.optional(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: "Channel" });
export type Channel = z.infer<typeof channel>;

export const channelAssignment = z
  .object({
    version: version.optional().describe("Absent where the channel was unassigned."),
    author_id: z.string(),
    assigned_at: timestamp,
    version_name: z.string().optional().describe("Kept where the version was deleted since."),
    version_fingerprint: z.string().optional(),
  })
  .meta({ id: "ChannelAssignment" });

export const channelAnswer = z.object({ channel });
export const listChannelsAnswer = z.object({ channels: z.array(channel) });
export const historyAnswer = z.object({
  count: z.int(),
  history: z.array(channelAssignment),
  pagination,
});
export const assignChannelAnswer = z.object({
  fingerprint: z.string(),
  source_channel: channel,
  target_channel: channel,
  version,
});
