import { drizzle } from "drizzle-orm/node-postgres";
import pg from "pg";
import type { Database } from "./database.ts";
import * as schema from "./schema/index.ts";

/** How many statements a connection keeps prepared at most: those with lists of any length would have no end. */
const PREPARED = 500;

/** The names of prepared statements by their text, the same on all connections. */
const names = new Map<string, string>();

/**
 * The database of a PostgreSQL server, over a pool of connections. Every connection has a `Database` of its own that
 * lasts as long as it does, so that what is prepared within a transaction serves the next one too.
 *
 * @param url `postgres://user:password@host/database`
 */
export function openPool(url: string, poolSize: number): { pool: pg.Pool; database: Database } {
  // Compiling a query (jit) takes PostgreSQL a hundred times longer than running one of ours.
  const pool = new pg.Pool({
    connectionString: url,
    Client: PreparingClient,
    pipeline: true,
    max: poolSize,
    connectionTimeoutMillis: 10_000,
    application_name: "packerkit-registry",
    options:
      "-c timezone=UTC -c jit=off -c statement_timeout=30000 -c idle_in_transaction_session_timeout=30000",
  } as pg.PoolConfig);
  // A connection that breaks is replaced, and fails what is asked of it; without listeners it would end the process,
  // whether it is idle or between two statements of a transaction.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  const database = drizzle(pool, { schema }) as unknown as Database;
  database.transaction = async (work) => await transact(pool, work as never);
  return { pool, database };
}

const databases = new WeakMap<pg.PoolClient, Database>();

function databaseOf(client: pg.PoolClient): Database {
  let database = databases.get(client);
  if (database === undefined) {
    database = drizzle(client, { schema }) as unknown as Database;
    databases.set(client, database);
  }
  return database;
}

async function transact<T>(pool: pg.Pool, work: (database: Database) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    // Sent with the first statement: only a connection that is lost fails it, and that statement with it.
    const begun = client.query("BEGIN");
    const [result] = await Promise.all([work(databaseOf(client)), begun]);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/**
 * A connection that has PostgreSQL read and plan each statement once and not at every run, which takes longer than
 * running most of ours.
 */
class PreparingClient extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: one for the many forms in which pg takes a query
  override query(query: any, ...rest: any[]): any {
    // biome-ignore lint/suspicious/noExplicitAny: as above
    const run = super.query as (...all: any[]) => unknown;
    return run.call(this, hasValues(query, rest[0]) ? named(query) : query, ...rest);
  }
}

function hasValues(query: { text?: unknown }, values: unknown): query is { text: string } {
  return typeof query.text === "string" && Array.isArray(values) && values.length > 0;
}

function named<Query extends { text: string }>(query: Query): Query & { name?: string } {
  const { text } = query;
  let name = names.get(text);
  if (name === undefined && names.size < PREPARED) {
    name = `statement_${names.size + 1}`;
    names.set(text, name);
  }
  return name === undefined ? query : { ...query, name };
}
