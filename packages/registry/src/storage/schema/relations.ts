import { relations } from "../drizzle.ts";
import { buckets, versions } from "./buckets.ts";
import { artifacts, builds } from "./builds.ts";
import { channelAssignments, channels } from "./channels.ts";
import { enforcedBlockBuckets, enforcedBlocks, enforcedBlockVersions } from "./enforced-blocks.ts";

export const bucketRelations = relations(buckets, ({ many }) => ({
  channels: many(channels),
  versions: many(versions),
  enforced: many(enforcedBlockBuckets),
}));

export const versionRelations = relations(versions, ({ one, many }) => ({
  bucket: one(buckets, { fields: [versions.bucketId], references: [buckets.id] }),
  builds: many(builds, { relationName: "version" }),
  revocationSource: one(versions, {
    fields: [versions.revocationSourceId],
    references: [versions.id],
  }),
}));

export const buildRelations = relations(builds, ({ one, many }) => ({
  version: one(versions, {
    fields: [builds.versionId],
    references: [versions.id],
    relationName: "version",
  }),
  artifacts: many(artifacts),
  parentChannel: one(channels, {
    fields: [builds.parentChannelId],
    references: [channels.id],
  }),
}));

export const artifactRelations = relations(artifacts, ({ one }) => ({
  build: one(builds, { fields: [artifacts.buildId], references: [builds.id] }),
}));

export const channelRelations = relations(channels, ({ one }) => ({
  bucket: one(buckets, { fields: [channels.bucketId], references: [buckets.id] }),
  version: one(versions, { fields: [channels.versionId], references: [versions.id] }),
}));

export const channelAssignmentRelations = relations(channelAssignments, ({ one }) => ({
  version: one(versions, { fields: [channelAssignments.versionId], references: [versions.id] }),
}));

export const enforcedBlockRelations = relations(enforcedBlocks, ({ many }) => ({
  versions: many(enforcedBlockVersions),
}));

export const enforcedBlockVersionRelations = relations(enforcedBlockVersions, ({ one }) => ({
  block: one(enforcedBlocks, {
    fields: [enforcedBlockVersions.enforcedBlockId],
    references: [enforcedBlocks.id],
  }),
}));

export const enforcedBlockBucketRelations = relations(enforcedBlockBuckets, ({ one }) => ({
  block: one(enforcedBlocks, {
    fields: [enforcedBlockBuckets.enforcedBlockId],
    references: [enforcedBlocks.id],
  }),
  version: one(enforcedBlockVersions, {
    fields: [enforcedBlockBuckets.enforcedBlockVersionId],
    references: [enforcedBlockVersions.id],
  }),
  bucket: one(buckets, { fields: [enforcedBlockBuckets.bucketId], references: [buckets.id] }),
}));
