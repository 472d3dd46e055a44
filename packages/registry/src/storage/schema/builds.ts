import { customType, jsonb, pgTable, text } from "../drizzle.ts";
import { versions } from "./buckets.ts";
import { channels } from "./channels.ts";
import { createdAt, time, ulidKey, updatedAt } from "./columns.ts";

const bytes = customType<{ data: Buffer; driverData: Uint8Array }>({
  dataType: () => "bytea",
  toDriver: (value) => value,
  fromDriver: (value) => Buffer.from(value),
});

export const builds = pgTable("builds", {
  id: ulidKey(),
  versionId: text("version_id")
    .notNull()
    .references(() => versions.id, { onDelete: "cascade" }),
  projectId: text("project_id").notNull(),
  componentType: text("component_type").notNull(),
  platform: text("platform").notNull(),
  status: text("status").notNull(),
  labels: jsonb("labels").$type<Record<string, string>>().notNull(),
  metadata: jsonb("metadata").$type<Record<string, unknown>>(),
  packerRunUuid: text("packer_run_uuid").notNull(),
  sourceExternalIdentifier: text("source_external_identifier").notNull(),
  parentVersionId: text("parent_version_id").references(() => versions.id, {
    onDelete: "set null",
  }),
  parentChannelId: text("parent_channel_id").references(() => channels.id, {
    onDelete: "set null",
  }),
  /** The last sign of life of a running build. */
  heartbeatAt: time("heartbeat_at"),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});

export const artifacts = pgTable("artifacts", {
  id: ulidKey(),
  buildId: text("build_id")
    .notNull()
    .references(() => builds.id, { onDelete: "cascade" }),
  projectId: text("project_id").notNull(),
  externalIdentifier: text("external_identifier").notNull(),
  region: text("region").notNull(),
  createdAt: createdAt(),
});

export const sboms = pgTable("sboms", {
  id: ulidKey(),
  buildId: text("build_id")
    .notNull()
    .references(() => builds.id, { onDelete: "cascade" }),
  name: text("name").notNull(),
  format: text("format").notNull(),
  /** As it was uploaded: JSON compressed with zstd. */
  compressed: bytes("compressed").notNull(),
  createdAt: createdAt(),
});
