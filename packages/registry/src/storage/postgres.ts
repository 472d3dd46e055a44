import { drizzle } from "drizzle-orm/node-postgres";
import pg from "pg";
import type { Database } from "./database.ts";
import * as schema from "./schema/index.ts";

/** How many statements a connection keeps prepared at most: those with lists of any length would have no end. */
const PREPARED = 500;

/** The share of connections that are for writing: those who wait for one leave the processor to those who read. */
const WRITING = 0.4;

/**
 * Compiling a query (jit) takes PostgreSQL a hundred times longer than running one of ours, and planning one at every run
 * several times longer. So that one plan will do for all values, conditions that an index is limited to are written out
 * in a query, and not passed to it. Pages cost alike in any order, as they do in memory and on today's disks.
 */
const SETTINGS = [
  "timezone=UTC",
  "jit=off",
  "plan_cache_mode=force_generic_plan",
  "random_page_cost=1.1",
  "statement_timeout=30000",
  "idle_in_transaction_session_timeout=30000",
];

/** For how long a connection stays that nobody uses: a new one has everything to prepare. In milliseconds. */
const IDLE = 600_000;

/** The names of prepared statements by their text, the same on all connections. */
const names = new Map<string, string>();

/** The connections of a registry to its PostgreSQL. */
export interface Connections {
  readonly database: Database;
  /** Fails where PostgreSQL cannot be reached. */
  check(): Promise<void>;
  end(): Promise<void>;
}

/**
 * Connects to a PostgreSQL server. Most connections are for reading alone: who looks up an image does not wait for
 * those who publish, whose commits wait for a disk. Every connection has a `Database` of its own that lasts as long as
 * it does, so that what is prepared within a transaction serves the next one too.
 *
 * @param url `postgres://user:password@host/database`
 */
export function connect(url: string, poolSize: number): Connections {
  const writing = Math.ceil(poolSize * WRITING);
  const readers = openPool(url, Math.max(1, poolSize - writing));
  const writers = openPool(url, writing);
  const database = drizzle(new Router(readers, writers) as unknown as pg.Pool, { schema });
  const plain = drizzle(writers, { schema });
  database.transaction = async (work, settings) =>
    settings === undefined
      ? await transact(writers, work as never)
      : await plain.transaction(work, settings);
  return {
    database: database as unknown as Database,
    check: async () => (await writers.connect()).release(),
    end: async () => {
      await Promise.all([readers.end(), writers.end()]);
    },
  };
}

/** Sends each statement that stands alone to where it belongs. */
class Router {
  readonly #readers: pg.Pool;
  readonly #writers: pg.Pool;

  constructor(readers: pg.Pool, writers: pg.Pool) {
    this.#readers = readers;
    this.#writers = writers;
  }

  query(query: pg.QueryConfig, values: unknown[]): Promise<pg.QueryResult> {
    const pool = /^\s*select\b/i.test(query.text) ? this.#readers : this.#writers;
    return pool.query(query, values);
  }
}

function openPool(url: string, max: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    Client: PreparingClient,
    pipeline: true,
    max,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: IDLE,
    application_name: "packerkit-registry",
    options: SETTINGS.map((one) => `-c ${one}`).join(" "),
  } as pg.PoolConfig);
  // A connection that breaks is replaced, and fails what is asked of it; without listeners it would end the process,
  // whether it is idle or between two statements of a transaction.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
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
    if (hasValues(query, rest[0])) query.name = nameOf(query.text);
    return run.call(this, query, ...rest);
  }
}

function hasValues(query: { text?: unknown }, values: unknown): query is pg.QueryConfig {
  return typeof query.text === "string" && Array.isArray(values) && values.length > 0;
}

/** Nothing for a statement that is one too many. */
function nameOf(text: string): string | undefined {
  let name = names.get(text);
  if (name === undefined && names.size < PREPARED) {
    name = `statement_${names.size + 1}`;
    names.set(text, name);
  }
  return name;
}
