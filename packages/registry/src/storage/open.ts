import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, RegistryError } from "../errors.ts";
import { failureLine } from "../failure.ts";
import type { Database } from "./database.ts";
import { emptyStore, unpackEmptyStore } from "./empty-store.ts";
import { lockFolder } from "./folder-lock.ts";
import { whileFrugal } from "./frugal-wasm.ts";
import { maintain } from "./maintain.ts";
import { migrate } from "./migrate.ts";
import * as schema from "./schema/index.ts";

/** Its own default takes 128 MB for a cache that the operating system's makes needless; pages cost alike in any order. */
const SETTINGS = ["shared_buffers=16MB", "random_page_cost=1.1"];

/** Where the registry keeps what it stores. */
export type StorageOptions =
  /** A PostgreSQL server, 15 or later: `postgres://user:password@host/database`. */
  | { databaseUrl: string; poolSize?: number }
  /** A folder of its own, made where it is missing: PostgreSQL compiled to WebAssembly keeps its files there. */
  | { folder: string }
  /** Nowhere: everything is gone when it closes. `image` is what `dumpImage` of another one gave. */
  | { memory: true; image?: Blob };

/** A store that is open and has the layout of this version. */
export interface Storage extends AsyncDisposable {
  readonly database: Database;
  /** Whether other processes can use the store at the same time. */
  readonly shared: boolean;
  /** Keeps the store quick and small, a piece at each call; a PostgreSQL server does that by itself. */
  maintain(): Promise<void>;
  /** The whole of a store in memory, to open others like it faster; fails for other stores. */
  dumpImage(): Promise<Blob>;
  close(): Promise<void>;
}

/**
 * Opens a store and migrates it.
 *
 * @throws {RegistryError} `STORE_IN_USE` where another process has the folder open, `STORE_FAILED` where the store
 * cannot be opened, `STORE_TOO_NEW`.
 */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  if ("databaseUrl" in options) return await openPostgres(options.databaseUrl, options.poolSize);
  if ("folder" in options) return await openFolder(options.folder);
  return await openPglite(undefined, options.image ?? (await emptyStore()));
}

async function openFolder(folder: string): Promise<Storage> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = await lockFolder(folder);
  const data = join(folder, "data");
  try {
    await opened(data, async () => await unpackEmptyStore(data));
    return await openPglite(data, undefined, lock.release);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function openPglite(
  path: string | undefined,
  image: Blob | undefined,
  onClose?: () => Promise<void>,
): Promise<Storage> {
  const [{ PGlite }, { drizzle }] = await Promise.all([
    import("@electric-sql/pglite"),
    import("drizzle-orm/pglite"),
  ]);
  const client = await opened(path ?? "memory", () =>
    whileFrugal(() =>
      PGlite.create(path ?? "memory://", {
        ...(image === undefined ? {} : { loadDataDir: image }),
        startParams: [...PGlite.defaultStartParams, ...SETTINGS.flatMap((one) => ["-c", one])],
      }),
    ),
  );
  const database = drizzle(client, { schema }) as unknown as Database;
  return await migrated({
    database,
    shared: false,
    maintain: async () => await maintain(database),
    dumpImage: async () => await client.dumpDataDir("none"),
    close: async () => {
      await client.close();
      await onClose?.();
    },
  });
}

async function openPostgres(url: string, poolSize = 10): Promise<Storage> {
  const { connect } = await import("./postgres.ts");
  const { database, check, end } = connect(url, poolSize);
  await opened("the PostgreSQL of DATABASE_URL", check).catch(async (error) => {
    await end();
    throw error;
  });
  return await migrated({
    database,
    shared: true,
    maintain: async () => {},
    dumpImage: async () => {
      throw new RegistryError("BAD_OPTION", "only a store in memory has an image: export it");
    },
    close: end,
  });
}

async function opened<T>(what: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (cause) {
    throw new RegistryError("STORE_FAILED", `cannot open ${what}: ${messageOf(cause)}`, { cause });
  }
}

async function migrated(parts: Omit<Storage, typeof Symbol.asyncDispose>): Promise<Storage> {
  try {
    await migrate(parts.database);
  } catch (cause) {
    await parts.close();
    if (cause instanceof RegistryError) throw cause;
    const message = `cannot bring the store to this version's layout: ${failureLine(cause)}`;
    throw new RegistryError("STORE_FAILED", message, { cause });
  }
  return { ...parts, [Symbol.asyncDispose]: parts.close };
}
