import { type Placeholder, type SQL, sql } from "../../storage/drizzle.ts";
import type { Work } from "../work.ts";

/**
 * Taken by whoever links versions or points a channel at one: many may at a time, but none while a version of the
 * project is being revoked, restored or deleted, which changes its descendants and all their channels. It comes
 * before every lock of a row, so that two requests cannot wait for each other.
 */
export async function lockLineageShared({ database, caller }: Work): Promise<void> {
  await database.execute(sql`SELECT ${sharedLineageLock(caller.projectId)}`);
}

/** What {@link lockLineageShared} has PostgreSQL call. */
export function sharedLineageLock(projectId: string | Placeholder): SQL {
  return sql`pg_advisory_xact_lock_shared(hashtextextended(${projectId}, 0))`;
}

/** Taken by whoever revokes, restores or deletes versions: one at a time in a project. */
export async function lockLineage({
  database,
  caller,
}: Pick<Work, "database"> & { caller: { projectId: string } }): Promise<void> {
  await database.execute(
    sql`SELECT pg_advisory_xact_lock(hashtextextended(${caller.projectId}, 0))`,
  );
}

/** The images that a build says it made, and the one that it was made from, if any. */
export interface ImageNames {
  made: readonly string[];
  source: string;
}

/** Of more images than this, none is locked by itself: PostgreSQL has room for some thousands of locks in all. */
export const MOST_IMAGE_LOCKS = 100;

/**
 * Taken by whoever links builds by the images whose `made` and `source` a prepared query is run with: who makes an
 * image and who builds on it look for each other, and if neither saw what the other has yet to commit, they would stay
 * strangers. Many may build on an image at a time. The keys come in one order, so that two requests cannot wait for
 * each other.
 */
export function imageLocks(): SQL {
  const key = (image: SQL) =>
    sql`hashtextextended(${sql.placeholder("project")}::text || ' ' || ${image}, 1)`;
  const source = sql`${sql.placeholder("source")}::text`;
  return sql`SELECT CASE WHEN is_made THEN pg_advisory_xact_lock(key) ELSE pg_advisory_xact_lock_shared(key) END
    FROM (
      SELECT ${key(sql`image`)} AS key, true AS is_made
      FROM unnest(${sql.placeholder("made")}::text[]) AS one (image)
      UNION SELECT ${key(source)}, false WHERE ${source} <> ''
      ORDER BY key, is_made DESC
    ) AS image_keys`;
}
