import { isConflict } from "./database-errors.ts";
import type { ExtractTablesWithRelations, PgDatabase, PgQueryResultHKT } from "./drizzle.ts";
import type * as schema from "./schema/index.ts";

/** A connection pool or a transaction: either will do wherever one is asked for. */
export type Database = PgDatabase<
  PgQueryResultHKT,
  typeof schema,
  ExtractTablesWithRelations<typeof schema>
>;

const ATTEMPTS = 4;

/**
 * Runs `work` in a transaction, again where PostgreSQL ended it because of another one. What `work` returns is
 * committed; what it throws is passed on after the rollback.
 */
export async function inTransaction<T>(
  database: Database,
  work: (transaction: Database) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await database.transaction((transaction) => work(transaction));
    } catch (error) {
      if (attempt === ATTEMPTS || !isConflict(error)) throw error;
    }
  }
}
