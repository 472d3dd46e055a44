import type { Migration } from "../migration.ts";

/** Which buckets have ever stood on which: asked of the builds, that takes longer with every version of either. */
export const bucketChildren: Migration = {
  id: "0004-bucket-children",
  statements: [
    `CREATE TABLE bucket_children (
      parent_bucket_id text COLLATE "C" NOT NULL REFERENCES buckets ON DELETE CASCADE,
      child_bucket_id text COLLATE "C" NOT NULL REFERENCES buckets ON DELETE CASCADE,
      PRIMARY KEY (parent_bucket_id, child_bucket_id)
    )`,
    "CREATE INDEX bucket_children_child ON bucket_children (child_bucket_id)",
    `INSERT INTO bucket_children
      SELECT DISTINCT parent.bucket_id, child.bucket_id FROM builds
      JOIN versions child ON child.id = builds.version_id
      JOIN versions parent ON parent.id = builds.parent_version_id`,
  ],
};
