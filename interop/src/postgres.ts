import { chown, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { describeFailure, startCommand } from "./command.ts";
import { startDaemon } from "./daemon.ts";
import { ensureDebianProgram } from "./debian.ts";
import { PeerError } from "./peer-error.ts";

const PEER = "postgresql";
const PACKAGE = "postgresql-15";
/** Where Debian keeps its programs. */
export const POSTGRES_PROGRAMS = "/usr/lib/postgresql/15/bin";

/** Starts PostgreSQL again whenever it ends, until it is told to stop; then it lets no connection hold it up. */
const KEEP_RUNNING = `
trap 'kill -INT $pid 2>/dev/null; wait $pid; exit' TERM
while :; do "$@" & pid=$!; wait $pid; sleep 0.1; done`;

/** A PostgreSQL 15 of our own, away from any other on the machine. */
export interface PostgresServer {
  /** Makes an empty database, and answers where it is. */
  createDatabase(name: string): Promise<string>;
  /** Where a database of this name is, or will be. */
  urlOf(name: string): string;
  /** What leads PostgreSQL's own programs to it, and to each other. */
  readonly environment: Readonly<Record<"PGHOST" | "PGUSER", string>>;
  /** Does some work while nobody can write to a table of a database; reading goes on. */
  whileLocked<T>(database: string, table: string, work: () => Promise<T>): Promise<T>;
  /** Ends the server, which breaks all connections and open transactions, and waits until it is back. */
  restart(how: "fast" | "crash"): Promise<void>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

/**
 * Makes sure that PostgreSQL is there, from Debian's `postgresql-15`.
 *
 * @throws {PeerError} `PEER_MISSING` where it is not there and cannot be installed.
 */
export async function installPostgres(): Promise<void> {
  for (const program of ["postgres", "initdb", "psql", "createdb"]) {
    await ensureDebianProgram(PEER, `${POSTGRES_PROGRAMS}/${program}`, PACKAGE);
  }
}

/**
 * Starts PostgreSQL on a socket in a private folder; it listens on no port. Commits wait for the disk, as they do by
 * default.
 *
 * @throws {PeerError} `PEER_MISSING`; `PEER_NOT_READY` with the end of its log.
 */
export async function startPostgres(): Promise<PostgresServer> {
  await installPostgres();
  const probe = (folder: string) => query(folder, "postgres", "SELECT 1");
  const daemon = await startDaemon({
    peer: PEER,
    command: async (folder) => {
      await giveAway(folder);
      const init = [
        `${POSTGRES_PROGRAMS}/initdb`,
        "-D",
        `${folder}/data`,
        "-U",
        "postgres",
        "-A",
        "trust",
      ];
      await must(await startCommand("setpriv", [...asPostgres(), ...init, "--no-sync"]));
      const run = [`${POSTGRES_PROGRAMS}/postgres`, "-D", `${folder}/data`, "-k", folder];
      const options = ["-c", "listen_addresses=", "-c", "max_connections=200"];
      return ["setpriv", ...asPostgres(), "sh", "-c", KEEP_RUNNING, "sh", ...run, ...options];
    },
    probe,
  });
  const { folder } = daemon;
  const urlOf = (name: string) =>
    `postgres://postgres@localhost/${name}?host=${encodeURIComponent(folder)}`;
  return {
    createDatabase: async (name) => {
      await query(folder, "postgres", `CREATE DATABASE ${name}`);
      return urlOf(name);
    },
    urlOf,
    environment: { PGHOST: folder, PGUSER: "postgres" },
    whileLocked: async (database, table, work) => {
      const lock = `LOCK TABLE ${table} IN EXCLUSIVE MODE`;
      const text = `BEGIN; ${lock}; SELECT pg_sleep(3600)`;
      const holder = startCommand(...psql(folder, database, text));
      const held = `FROM pg_locks WHERE mode = 'ExclusiveLock' AND granted
        AND relation = '${table}'::regclass`;
      const ask = async (what: string) => await query(folder, database, `SELECT ${what} ${held}`);
      try {
        while (Number(await ask("count(*)")) === 0) await sleep(20);
        return await work();
      } finally {
        // Its client alone cannot end what sleeps in the server.
        await ask("pg_terminate_backend(pid)");
        await holder;
      }
    },
    restart: async (how) => {
      const before = await readPid(folder);
      process.kill(before, how === "fast" ? "SIGINT" : "SIGQUIT");
      for (;;) {
        await sleep(50);
        const after = await readPid(folder).catch(() => before);
        if (after !== before && (await probe(folder).then(isFine, isNotFine))) return;
      }
    },
    stop: daemon.stop,
  };
}

const isFine = () => true;
const isNotFine = () => false;

/** PostgreSQL does not run as root, which daemons of tests do. */
function asPostgres(): string[] {
  if (process.getuid?.() !== 0) return [];
  return ["--reuid=postgres", "--regid=postgres", "--init-groups"];
}

async function giveAway(folder: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const [user, group] = await Promise.all(["-u", "-g"].map(idOfPostgres));
  await chown(folder, user as number, group as number);
}

async function idOfPostgres(option: string): Promise<number> {
  const { stdout } = await startCommand("id", [option, "postgres"]);
  return Number(stdout);
}

async function readPid(folder: string): Promise<number> {
  const [line] = (await readFile(`${folder}/data/postmaster.pid`, "utf8")).split("\n");
  return Number(line);
}

async function query(folder: string, database: string, text: string): Promise<string> {
  return await must(await startCommand(...psql(folder, database, text)));
}

function psql(folder: string, database: string, text: string): [string, string[]] {
  const options = ["-h", folder, "-U", "postgres", "-d", database, "-q", "-A", "-t", "-c", text];
  return [`${POSTGRES_PROGRAMS}/psql`, options];
}

async function must(result: Awaited<ReturnType<typeof startCommand>>): Promise<string> {
  if (result.failed) throw new PeerError("PEER_NOT_READY", PEER, describeFailure(result));
  return result.stdout;
}
