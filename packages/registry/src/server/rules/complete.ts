import { sql } from "../../storage/drizzle.ts";
import { rowsOf } from "../../storage/rows.ts";
import { newId } from "../ids.ts";
import type { VersionColumns } from "../views/version-view.ts";
import type { Work } from "../work.ts";
import { REGISTRY_AUTHOR } from "./latest.ts";

/**
 * Completes a version where it has builds and all of them are done: it gets the bucket's next number, and `latest`
 * moves to it unless it is revoked. The caller holds the version's lock; the bucket's comes with its number.
 *
 * @returns whether the version is complete now.
 */
export async function completeIfDone(work: Work, version: VersionColumns): Promise<boolean> {
  const { database, now } = work;
  const time = sql`${now.toISOString()}::timestamptz`;
  const result = await database.execute(sql`
    WITH done AS (
      SELECT array_agg(DISTINCT platform COLLATE "C" ORDER BY platform COLLATE "C") FILTER (WHERE platform <> '')
        AS platforms
      FROM builds WHERE version_id = ${version.id}
      HAVING bool_and(status = 'BUILD_DONE')
    ), numbered AS (
      UPDATE buckets SET last_version_number = last_version_number + 1,
        platforms = coalesce(done.platforms, '{}'), updated_at = ${time}
      FROM done WHERE id = ${version.bucketId} RETURNING last_version_number AS number
    ), completed AS (
      UPDATE versions SET number = numbered.number, completed_at = ${time}, updated_at = ${time}
      FROM numbered WHERE id = ${version.id} AND versions.number = 0
      RETURNING versions.number, revoke_at
    ), moved AS (
      UPDATE channels SET version_id = ${version.id}, author_id = ${REGISTRY_AUTHOR},
        updated_at = ${time}
      FROM completed
      WHERE bucket_id = ${version.bucketId} AND managed
        AND (completed.revoke_at IS NULL OR completed.revoke_at > ${time})
      RETURNING channels.id
    ), noted AS (
      INSERT INTO channel_assignments (id, channel_id, version_id, version_fingerprint,
        version_name, author_id, assigned_at)
      SELECT ${newId()}, moved.id, ${version.id}, ${version.fingerprint},
        'v' || completed.number, ${REGISTRY_AUTHOR}, ${time}
      FROM moved CROSS JOIN completed
    )
    SELECT number FROM numbered`);
  return rowsOf(result).length > 0;
}
