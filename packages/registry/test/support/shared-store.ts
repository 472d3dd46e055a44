import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { onTestFinished } from "vitest";
import { migrations } from "../../src/storage/migrations/index.ts";
import { openStorage, type Storage } from "../../src/storage/open.ts";

const CACHE = join(import.meta.dirname, "../../node_modules/.cache/packerkit-registry");

let shared: Promise<Storage> | undefined;

/**
 * The store of all test files that one process runs: each works in a project of its own. It ends with the process. With
 * `PACKERKIT_TEST_DATABASE_URL` it is a new database beside that one, on a PostgreSQL server.
 */
export async function sharedStore(): Promise<Storage> {
  shared ??= openOwnStore(`packerkit_test_${process.env["VITEST_POOL_ID"] ?? "0"}`);
  return await shared;
}

/**
 * A fresh store: in memory, or a new database of this name where the tests run on PostgreSQL. A sweep reaches all projects
 * of a database, so that test files that run side by side must not share one.
 */
export async function openOwnStore(name: string, poolSize?: number): Promise<Storage> {
  const url = process.env["PACKERKIT_TEST_DATABASE_URL"];
  if (url === undefined) return await openMemoryStore();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const databaseUrl = new URL(url);
  databaseUrl.pathname = `/${name}`;
  return await openStorage({
    databaseUrl: databaseUrl.href,
    ...(poolSize === undefined ? {} : { poolSize }),
  });
}

/** A fresh store in memory, from an image, which opens in a tenth of the time that making one takes. */
export async function openMemoryStore(): Promise<Storage> {
  const image = new Blob([await readFile(await imagePath())]);
  return await openStorage({ memory: true, image });
}

/** A folder with a fresh store in it, removed after the test. */
export async function newStoreFolder(): Promise<string> {
  const folder = await newFolder();
  await mkdir(join(folder, "data"), { mode: 0o700 });
  await promisify(execFile)("tar", ["-xf", await imagePath(), "-C", join(folder, "data")]);
  return folder;
}

/** An empty folder, removed after the test. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "packerkit-registry-"));
  onTestFinished(async () => await rm(folder, { recursive: true, force: true }));
  return folder;
}

async function imagePath(): Promise<string> {
  const path = join(CACHE, `${layoutHash()}.tar`);
  if ((await stat(path).catch(() => undefined)) !== undefined) return path;
  await mkdir(CACHE, { recursive: true });
  await using storage = await openStorage({ memory: true });
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, Buffer.from(await (await storage.dumpImage()).arrayBuffer()));
  await rename(draft, path);
  return path;
}

function layoutHash(): string {
  const pglite = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  return createHash("sha256").update(JSON.stringify({ pglite, migrations })).digest("hex");
}
