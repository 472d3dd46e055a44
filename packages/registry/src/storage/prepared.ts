import type { Database } from "./database.ts";

const prepared = new WeakMap<Database, Map<string, unknown>>();

/**
 * A query that is built once for each database and prepared once on each connection, which for a large one saves more
 * time than running it takes. What differs from one run to the next has to be a `sql.placeholder`.
 */
export function preparedOn<Query>(
  database: Database,
  name: string,
  prepare: (name: string) => Query,
): Query {
  let queries = prepared.get(database);
  if (queries === undefined) {
    queries = new Map();
    prepared.set(database, queries);
  }
  let query = queries.get(name) as Query | undefined;
  if (query === undefined) {
    query = prepare(name);
    queries.set(name, query);
  }
  return query;
}
