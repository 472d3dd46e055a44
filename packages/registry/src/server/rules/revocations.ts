import { and, eq, sql } from "../../storage/drizzle.ts";
import { rowsOf } from "../../storage/rows.ts";
import { revocations } from "../../storage/schema/index.ts";
import type { Work } from "../work.ts";
import { descendantsOf } from "./descendants.ts";

/**
 * Passes a version's revocations on to all that stand on it, except those that say not to.
 *
 * @returns the ids of the versions that have one more, or an earlier one, now.
 */
export async function inheritRevocations(work: Work, versionId: string): Promise<string[]> {
  const { database } = work;
  const [passedOn] = await database
    .select({ versionId: revocations.versionId })
    .from(revocations)
    .where(and(eq(revocations.versionId, versionId), eq(revocations.skipDescendants, false)))
    .limit(1);
  if (passedOn === undefined) return [];
  const descendants = await descendantsOf(work, versionId);
  if (descendants.length === 0) return [];
  const result = await database.execute(sql`
    INSERT INTO revocations (version_id, source_version_id, revoke_at, message, author,
      skip_descendants, rollback_channels)
    SELECT heir.id, passed.source_version_id, passed.revoke_at, passed.message, passed.author,
      false, passed.rollback_channels
    FROM unnest(${sql.param(descendants)}::text[]) AS heir (id)
    CROSS JOIN revocations passed
    WHERE passed.version_id = ${versionId} AND NOT passed.skip_descendants
      AND passed.source_version_id <> heir.id
    ON CONFLICT (version_id, source_version_id) DO UPDATE SET
      revoke_at = excluded.revoke_at, message = excluded.message, author = excluded.author,
      rollback_channels = excluded.rollback_channels
    RETURNING version_id`);
  const heirs = [...new Set(rowsOf<{ version_id: string }>(result).map((row) => row.version_id))];
  await refreshRevoked(work, heirs);
  return heirs;
}

/**
 * Writes the earliest of each version's revocations onto the version itself, or that it has none. Where that changes,
 * its channels have yet to be rolled back.
 */
export async function refreshRevoked(
  { database, now }: Pick<Work, "database" | "now">,
  versionIds: readonly string[],
): Promise<void> {
  if (versionIds.length === 0) return;
  await database.execute(sql`
    UPDATE versions SET
      revoke_at = earliest.revoke_at,
      revocation_source_id = earliest.source_version_id,
      revocation_message = coalesce(earliest.message, ''),
      revocation_author = coalesce(earliest.author, ''),
      revocation_settled = false,
      updated_at = ${now.toISOString()}::timestamptz
    FROM unnest(${sql.param(versionIds)}::text[]) AS one (id)
    LEFT JOIN LATERAL (
      SELECT * FROM revocations WHERE version_id = one.id
      ORDER BY revoke_at, (source_version_id = one.id) DESC, source_version_id LIMIT 1
    ) earliest ON true
    WHERE versions.id = one.id
      AND (versions.revoke_at, versions.revocation_source_id, versions.revocation_message)
        IS DISTINCT FROM
        (earliest.revoke_at, earliest.source_version_id, coalesce(earliest.message, ''))`);
}
