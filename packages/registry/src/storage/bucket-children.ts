import type { Database } from "./database.ts";
import { type SQL, sql } from "./drizzle.ts";

/** Which buckets stand on which, by all builds; a condition on them may follow. */
export const BUCKET_CHILDREN_OF_BUILDS = `INSERT INTO bucket_children (parent_bucket_id, child_bucket_id)
  SELECT DISTINCT parent.bucket_id, child.bucket_id FROM builds
  JOIN versions child ON child.id = builds.version_id
  JOIN versions parent ON parent.id = builds.parent_version_id`;

/**
 * Notes which buckets stand on which, as these builds say.
 *
 * @param which a condition on the table `builds`.
 */
export async function noteBucketChildren(database: Database, which: SQL): Promise<void> {
  const noted = sql.raw(BUCKET_CHILDREN_OF_BUILDS);
  await database.execute(sql`${noted} WHERE ${which} ON CONFLICT DO NOTHING`);
}
