import type { Migration } from "../migration.ts";

/**
 * Where most builds stand on one vendor's image, PostgreSQL takes any image for such a one, and reads all builds to
 * find the few that stand on it.
 */
export const manySources: Migration = {
  id: "0003-many-sources",
  statements: [
    "ALTER TABLE builds ALTER COLUMN source_external_identifier SET (n_distinct = -0.5)",
  ],
};
