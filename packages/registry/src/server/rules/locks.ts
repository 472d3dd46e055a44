import { type Placeholder, type SQL, sql } from "drizzle-orm";
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
