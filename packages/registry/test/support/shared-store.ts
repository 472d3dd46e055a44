import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { migrations } from "../../src/storage/migrations/index.ts";
import { openStorage, type Storage } from "../../src/storage/open.ts";

const CACHE = join(import.meta.dirname, "../../node_modules/.cache/packerkit-registry");

let shared: Promise<Storage> | undefined;

/**
 * The store of all test files that one process runs: each works in a project of its own. It ends with the process. With
 * `PACKERKIT_TEST_DATABASE_URL` it is a PostgreSQL server instead.
 */
export async function sharedStore(): Promise<Storage> {
  const databaseUrl = process.env["PACKERKIT_TEST_DATABASE_URL"];
  shared ??= databaseUrl === undefined ? openMemoryStore() : openStorage({ databaseUrl });
  return await shared;
}

/** A fresh store in memory. The first test to ask makes an image of one, which the others open in a tenth of the time. */
export async function openMemoryStore(): Promise<Storage> {
  const path = join(CACHE, `${layoutHash()}.tar`);
  const image = await readFile(path).catch(() => undefined);
  if (image !== undefined) return await openStorage({ memory: true, image: new Blob([image]) });
  const storage = await openStorage({ memory: true });
  await mkdir(CACHE, { recursive: true });
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, Buffer.from(await (await storage.dumpImage()).arrayBuffer()));
  await rename(draft, path);
  return storage;
}

function layoutHash(): string {
  const pglite = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  return createHash("sha256").update(JSON.stringify({ pglite, migrations })).digest("hex");
}
