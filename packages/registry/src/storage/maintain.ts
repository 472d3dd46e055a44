import type { Database } from "./database.ts";
import { sql } from "./drizzle.ts";
import { rowsOf } from "./rows.ts";

interface Table {
  name: string;
  has_dead: boolean;
}

/**
 * Does what the autovacuum of a PostgreSQL server does and nobody does for one in this process: gives back the room of
 * rows that are gone, and counts anew, so that queries are planned for what is there now. One table at a time, since
 * everybody waits meanwhile.
 *
 * Source of the thresholds: PostgreSQL's defaults, `autovacuum_vacuum_scale_factor` and those beside it.
 */
export async function maintain(database: Database): Promise<void> {
  const result = await database.execute(sql`
    SELECT name, has_dead FROM (
      SELECT relname AS name, n_dead_tup > 50 + 0.2 * n_live_tup AS has_dead,
        n_mod_since_analyze > 50 + 0.1 * n_live_tup AS has_changed, n_mod_since_analyze AS changes
      FROM pg_stat_user_tables
    ) AS tables
    WHERE has_dead OR has_changed ORDER BY changes DESC, name LIMIT 1`);
  const [table] = rowsOf<Table>(result);
  if (table === undefined) return;
  const how = sql.raw(table.has_dead ? "VACUUM (ANALYZE)" : "ANALYZE");
  await database.execute(sql`${how} ${sql.identifier(table.name)}`);
}
