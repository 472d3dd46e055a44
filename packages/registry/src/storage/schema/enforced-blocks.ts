import { jsonb, pgTable, text } from "../drizzle.ts";
import { buckets } from "./buckets.ts";
import { createdAt, ulidKey, updatedAt } from "./columns.ts";
import { registries } from "./tenants.ts";

export const enforcedBlocks = pgTable("enforced_blocks", {
  id: ulidKey(),
  projectId: text("project_id")
    .notNull()
    .references(() => registries.projectId, { onDelete: "cascade" }),
  name: text("name").notNull(),
  labels: jsonb("labels").$type<Record<string, string>>().notNull(),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});

export const enforcedBlockVersions = pgTable("enforced_block_versions", {
  id: ulidKey(),
  enforcedBlockId: text("enforced_block_id")
    .notNull()
    .references(() => enforcedBlocks.id, { onDelete: "cascade" }),
  version: text("version").notNull(),
  /** The provisioner blocks that Packer adds to the builds of linked buckets. */
  blockContent: text("block_content").notNull(),
  additionalDescription: text("additional_description").notNull(),
  templateType: text("template_type").notNull(),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
});

/** A bucket is linked to at most one version of a block. */
export const enforcedBlockBuckets = pgTable("enforced_block_buckets", {
  id: ulidKey(),
  enforcedBlockId: text("enforced_block_id")
    .notNull()
    .references(() => enforcedBlocks.id, { onDelete: "cascade" }),
  enforcedBlockVersionId: text("enforced_block_version_id")
    .notNull()
    .references(() => enforcedBlockVersions.id, { onDelete: "cascade" }),
  bucketId: text("bucket_id")
    .notNull()
    .references(() => buckets.id, { onDelete: "cascade" }),
  createdAt: createdAt(),
});
