import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { fillRegistry } from "./fill.ts";
import { signIn, type Times } from "./load.ts";
import { lookUpsOf, measureLookUps, measurePublishing } from "./measure.ts";
import { type ServerProcess, startServer } from "./server.ts";

/*
 * Prints tables: how fast versions are published and images looked up, on the PostgreSQL whose new and empty databases
 * `BENCH_DATABASE_URLS` names (two, separated by a space), else in folders. The second one is filled with
 * `BENCH_ARTIFACTS` artifacts first. `BENCH_SECONDS` is how long each case takes.
 */
const FEW = 1_000;

/** The most clients that publish at once. */
const MANY = 64;

/** How long a server publishes before it is measured, in milliseconds. */
const WARM_UP = 15_000;

/** Of the tables that grow with every publish. */
const READ_WHOLE = `SELECT relname FROM pg_stat_user_tables
  WHERE seq_scan > 0 AND relname IN ('versions', 'builds', 'artifacts') ORDER BY relname`;

const artifacts = Number(process.env["BENCH_ARTIFACTS"] ?? 1_000_000);
const urls = process.env["BENCH_DATABASE_URLS"]?.split(" ");
const folders: string[] = [];

try {
  if (urls === undefined) await measureFolder();
  else await measurePostgres(urls);
} finally {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
}

async function measurePostgres([emptyUrl = "", filledUrl = ""]: string[]): Promise<void> {
  const small = await startServer({ databaseUrl: emptyUrl });
  const large = await startServer({ databaseUrl: filledUrl });
  try {
    await fill(emptyUrl, small, FEW);
    const started = performance.now();
    await fill(filledUrl, large, artifacts);
    console.log(`Filled with ${artifacts} artifacts in ${seconds(started)} s.\n`);
    await printPublishing({ [`${FEW} artifacts`]: small, [`${artifacts} artifacts`]: large });
    await query(filledUrl, "SELECT pg_stat_reset()");
    await printLookUps(small, large);
    const read = await query(filledUrl, READ_WHOLE);
    console.log(
      `\nTables of ${artifacts} artifacts that were read from end to end: ${read.map(({ relname }) => relname).join(", ") || "none"}`,
    );
  } finally {
    await Promise.all([small.stop(), large.stop()]);
  }
}

async function query(connectionString: string, text: string): Promise<{ relname: string }[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

async function measureFolder(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "packerkit-bench-"));
  folders.push(folder);
  const built = process.argv.includes("--built");
  for (const start of ["first start", "second start", "third start"]) {
    const server = await startServer({ folder }, { built });
    const { now, peak } = server.memory();
    console.log(
      `${start}: ${(server.startedIn / 1000).toFixed(2)} s, ${server.cpu().toFixed(2)} s of CPU, ${now.toFixed(0)} MB, at most ${peak.toFixed(0)} MB`,
    );
    await server.stop();
  }
  const other = await mkdtemp(join(tmpdir(), "packerkit-bench-"));
  folders.push(other);
  const server = await startServer({ folder: other }, { built });
  try {
    await printPublishing({ "a folder": server });
    const { now, peak } = server.memory();
    console.log(`\nMemory after that: ${now.toFixed(0)} MB, at most ${peak.toFixed(0)} MB`);
  } finally {
    await server.stop();
  }
}

async function fill(databaseUrl: string, server: ServerProcess, count: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const projectId = server.environment["HCP_PROJECT_ID"] ?? "";
    await (await signIn(server, 1)).ask("GET", "/registry"); // makes the project's registry
    await fillRegistry(async (statement) => await client.query(statement), {
      projectId,
      artifacts: count,
    });
    // Else PostgreSQL writes what filling changed while publishing is measured.
    await client.query("CHECKPOINT");
  } finally {
    await client.end();
  }
}

async function printPublishing(servers: Record<string, ServerProcess>): Promise<void> {
  console.log(
    "| store | clients | publishes a second | CPU of the server for one, ms | look-up by channel meanwhile, p50 / p99, ms |\n|---|---|---|---|---|",
  );
  // What a new process runs is slower, until V8 has seen it often enough.
  for (const server of Object.values(servers)) await measurePublishing(server, MANY, WARM_UP);
  for (const clients of [1, 8, MANY]) {
    for (const [name, server] of Object.entries(servers)) {
      const { rate, cpu, lookUp } = await measurePublishing(server, clients);
      console.log(
        `| ${name} | ${clients} | ${rate.toFixed(0)} | ${cpu.toFixed(1)} | ${pair(lookUp)} |`,
      );
    }
  }
}

async function printLookUps(small: ServerProcess, large: ServerProcess): Promise<void> {
  const clients = await Promise.all([signIn(small, 1), signIn(large, 1)]);
  const [few, many] = clients;
  if (few === undefined || many === undefined) throw new Error("two clients are signed in");
  // In turn, and twice: what else the machine does can only make a time longer.
  const before = [
    await measureLookUps(lookUpsOf(few, FEW / 1000)),
    await measureLookUps(lookUpsOf(many, artifacts / 1000)),
  ];
  const after = [
    await measureLookUps(lookUpsOf(few, FEW / 1000)),
    await measureLookUps(lookUpsOf(many, artifacts / 1000)),
  ];
  console.log(
    `\n| look-up, p50 / p99, ms | ${FEW} artifacts | ${artifacts} artifacts | ratio of p50 |\n|---|---|---|---|`,
  );
  for (const name of before[0]?.keys() ?? []) {
    const [one, other] = [0, 1].map((side) =>
      better(before[side]?.get(name), after[side]?.get(name)),
    );
    if (one === undefined || other === undefined) continue;
    console.log(
      `| ${name} | ${pair(one)} | ${pair(other)} | ${(other.p50 / one.p50).toFixed(2)} |`,
    );
  }
  await Promise.all(clients.map((client) => client.close()));
}

function better(one: Times | undefined, other: Times | undefined): Times | undefined {
  if (one === undefined || other === undefined) return undefined;
  return { p50: Math.min(one.p50, other.p50), p99: Math.min(one.p99, other.p99) };
}

function pair({ p50, p99 }: Times): string {
  return `${p50.toFixed(1)} / ${p99.toFixed(1)}`;
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(0);
}
