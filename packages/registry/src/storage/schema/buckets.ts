import { boolean, integer, jsonb, pgTable, text } from "../drizzle.ts";
import { createdAt, time, ulidKey, updatedAt } from "./columns.ts";
import { registries } from "./tenants.ts";

export const buckets = pgTable("buckets", {
  id: ulidKey(),
  projectId: text("project_id")
    .notNull()
    .references(() => registries.projectId, { onDelete: "cascade" }),
  name: text("name").notNull(),
  description: text("description").notNull(),
  labels: jsonb("labels").$type<Record<string, string>>().notNull(),
  /** Of the latest complete version. */
  platforms: text("platforms").array().notNull(),
  /** The number that was given last; never given again, even where its version is deleted. */
  lastVersionNumber: integer("last_version_number").notNull(),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});

export const versions = pgTable("versions", {
  id: ulidKey(),
  bucketId: text("bucket_id")
    .notNull()
    .references(() => buckets.id, { onDelete: "cascade" }),
  fingerprint: text("fingerprint").notNull(),
  /** 0 until the version is complete. */
  number: integer("number").notNull(),
  templateType: text("template_type").notNull(),
  authorId: text("author_id").notNull(),
  completedAt: time("completed_at"),
  /** The earliest of its rows in `revocations`, kept here so that a read needs no join. */
  revokeAt: time("revoke_at"),
  revocationSourceId: text("revocation_source_id"),
  revocationMessage: text("revocation_message").notNull(),
  revocationAuthor: text("revocation_author").notNull(),
  /** Whether the channels that pointed here were rolled back. */
  revocationSettled: boolean("revocation_settled").notNull(),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});

/** Why a version is revoked: by itself (`sourceVersionId` is its own id) or by an ancestor. */
export const revocations = pgTable("revocations", {
  versionId: text("version_id")
    .notNull()
    .references(() => versions.id, { onDelete: "cascade" }),
  /** Outlives the ancestor: deleting it does not make its descendants trustworthy. */
  sourceVersionId: text("source_version_id").notNull(),
  revokeAt: time("revoke_at").notNull(),
  message: text("message").notNull(),
  author: text("author").notNull(),
  skipDescendants: boolean("skip_descendants").notNull(),
  rollbackChannels: boolean("rollback_channels").notNull(),
});

/**
 * Which buckets stand on which, or once did: a row stays until one of the two is removed. What it says follows from the
 * builds, of which there are far more.
 */
export const bucketChildren = pgTable("bucket_children", {
  parentBucketId: text("parent_bucket_id")
    .notNull()
    .references(() => buckets.id, { onDelete: "cascade" }),
  childBucketId: text("child_bucket_id")
    .notNull()
    .references(() => buckets.id, { onDelete: "cascade" }),
});
