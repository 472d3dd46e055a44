import type { Migration } from "../migration.ts";

/** A bucket's newest versions; without it PostgreSQL may go through those of all buckets, newest first, to find them. */
export const versionsByBucket: Migration = {
  id: "0002-versions-by-bucket",
  statements: ["CREATE INDEX versions_bucket ON versions (bucket_id, id)"],
};
