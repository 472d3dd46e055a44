import type { Migration } from "../migration.ts";

/**
 * What PostgreSQL is to plan for, whatever it finds: that a source has few builds, and a bucket a thousand versions.
 * Where most builds stand on one vendor's image, it takes any image for such a one, and reads all builds to find the few
 * that stand on it; where most buckets have one version, it finds a version by its bucket alone, among all that are there.
 */
export const distinctValues: Migration = {
  id: "0003-distinct-values",
  statements: [
    "ALTER TABLE builds ALTER COLUMN source_external_identifier SET (n_distinct = -0.5)",
    "ALTER TABLE versions ALTER COLUMN bucket_id SET (n_distinct = -0.001)",
  ],
};
