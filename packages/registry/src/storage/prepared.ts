import { LRUCache } from "lru-cache";
import type { Database } from "./database.ts";
import { getTableColumns, type PgColumn, type PgTable, type SQL, sql } from "./drizzle.ts";

/** How many queries a database keeps: lists can be asked for in more orders than anybody uses. */
const KEPT = 200;

/** Connections name statements themselves, by their text. */
const UNNAMED = "";

const prepared = new WeakMap<Database, LRUCache<string, object>>();

/**
 * A query that is built once for each database, which for a large one takes longer than running it. `name` stands for
 * its text: what differs from one run to the next has to be a `sql.placeholder`. A transaction on PostgreSQL has the
 * database of its connection, where what earlier ones built still is.
 */
export function preparedOn<Query extends object>(
  database: Database,
  name: string,
  prepare: (name: string) => Query,
): Query {
  let queries = prepared.get(database);
  if (queries === undefined) {
    queries = new LRUCache({ max: KEPT });
    prepared.set(database, queries);
  }
  let query = queries.get(name) as Query | undefined;
  if (query === undefined) {
    query = prepare(UNNAMED);
    queries.set(name, query);
  }
  return query;
}

/**
 * For every column a placeholder of its name, or what `instead` has for it: what a prepared `INSERT … SELECT` selects,
 * that is run with a whole row.
 */
export function selectPlaceholders<Table extends PgTable>(
  table: Table,
  instead: Partial<Record<keyof Table["_"]["columns"], SQL | PgColumn>>,
): SQL {
  const values = Object.entries(getTableColumns(table)).map(([name, column]) => {
    const type = sql.raw(column.getSQLType());
    return instead[name] ?? sql`${placeholderFor(column, name)}::${type}`;
  });
  return sql.join(values, sql`, `);
}

/** A placeholder whose value is sent as the column's are: JSON as text, a `Date` as PostgreSQL reads it. */
export function placeholderFor(column: PgColumn, name: string): SQL {
  const encoder = {
    mapToDriverValue: (value: unknown) => (value === null ? null : column.mapToDriverValue(value)),
  };
  return sql`${sql.param(sql.placeholder(name), encoder)}`;
}
