import { bigserial, boolean, pgTable, text } from "../drizzle.ts";
import { buckets, versions } from "./buckets.ts";
import { createdAt, time, ulidKey, updatedAt } from "./columns.ts";

export const channels = pgTable("channels", {
  id: ulidKey(),
  bucketId: text("bucket_id")
    .notNull()
    .references(() => buckets.id, { onDelete: "cascade" }),
  name: text("name").notNull(),
  versionId: text("version_id").references(() => versions.id, { onDelete: "set null" }),
  /** True of `latest` alone. */
  managed: boolean("managed").notNull(),
  restricted: boolean("restricted").notNull(),
  authorId: text("author_id").notNull(),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});

/** The history of a channel: a row for each change, without a version where it was unassigned. */
export const channelAssignments = pgTable("channel_assignments", {
  id: ulidKey(),
  /** The order in which they happened: drawn under the channel's lock, where an id is made before it. */
  sequence: bigserial("sequence", { mode: "number" }).notNull(),
  channelId: text("channel_id")
    .notNull()
    .references(() => channels.id, { onDelete: "cascade" }),
  versionId: text("version_id").references(() => versions.id, { onDelete: "set null" }),
  /** Kept for the reader of a history whose version was deleted. */
  versionFingerprint: text("version_fingerprint").notNull(),
  versionName: text("version_name").notNull(),
  authorId: text("author_id").notNull(),
  assignedAt: time("assigned_at").notNull(),
});
