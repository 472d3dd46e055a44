import { RegistryError } from "../errors.ts";
import { type Database, inTransaction } from "./database.ts";
import { sql } from "./drizzle.ts";
import { migrations } from "./migrations/index.ts";
import { rowsOf } from "./rows.ts";

/** The key of the advisory lock under which only one server at a time migrates. */
const LOCK = 20_230_101;

/**
 * Brings the store to the layout that this version of the package works with. Servers that start at once wait for
 * each other.
 *
 * @returns the ids of the migrations that were run now.
 * @throws {RegistryError} `STORE_TOO_NEW` where the store has migrations that this version does not know.
 */
export async function migrate(database: Database): Promise<string[]> {
  return await inTransaction(database, async (transaction) => {
    await transaction.execute(sql`SELECT pg_advisory_xact_lock(${LOCK})`);
    await transaction.execute(sql`CREATE TABLE IF NOT EXISTS schema_migrations (
      id text PRIMARY KEY,
      applied_at timestamptz(3) NOT NULL
    )`);
    const result = await transaction.execute(sql`SELECT id FROM schema_migrations`);
    const applied = new Set(rowsOf<{ id: string }>(result).map((row) => row.id));
    refuseNewer(applied);
    const pending = migrations.filter((migration) => !applied.has(migration.id));
    for (const { id, statements } of pending) {
      for (const statement of statements) await transaction.execute(sql.raw(statement));
      await transaction.execute(
        sql`INSERT INTO schema_migrations (id, applied_at) VALUES (${id}, now())`,
      );
    }
    return pending.map((migration) => migration.id);
  });
}

function refuseNewer(applied: ReadonlySet<string>): void {
  const known = new Set(migrations.map((migration) => migration.id));
  const unknown = [...applied].filter((id) => !known.has(id));
  if (unknown.length === 0) return;
  throw new RegistryError(
    "STORE_TOO_NEW",
    `the store has the migration ${unknown.join(", ")}, which this version of the registry does not know: start the version that wrote it, or a later one`,
  );
}
