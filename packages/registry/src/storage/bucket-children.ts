import { type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";

/**
 * Notes which buckets stand on which, as these builds say.
 *
 * @param which a condition on the table `builds`.
 */
export async function noteBucketChildren(database: Database, which: SQL): Promise<void> {
  await database.execute(sql`
    INSERT INTO bucket_children (parent_bucket_id, child_bucket_id)
    SELECT DISTINCT parent.bucket_id, child.bucket_id FROM builds
    JOIN versions child ON child.id = builds.version_id
    JOIN versions parent ON parent.id = builds.parent_version_id
    WHERE ${which}
    ON CONFLICT DO NOTHING`);
}
