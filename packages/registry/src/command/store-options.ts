import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { RegistryError } from "../errors.ts";
import type { Administration } from "../serve/administration.ts";
import { connectControl } from "../serve/connect-control.ts";
import type { StorageOptions } from "../storage/open.ts";
import type { Terminal } from "./output.ts";

/** For how long a server may take to start: 10 seconds. */
const START_ATTEMPTS = 20;
const START_WAIT = 500;

/** The option that every command has which works with a store. */
export const FOLDER = [
  "--folder <path>",
  "where the store is; without it DATABASE_URL, or ~/.local/share/packerkit-registry",
] as const;

/** Where the store is: PostgreSQL by `DATABASE_URL`, else a folder. */
export function storeOf(
  folder: string | undefined,
  environment: Terminal["environment"],
): Extract<StorageOptions, { folder: string } | { databaseUrl: string }> {
  const databaseUrl = environment["DATABASE_URL"];
  if (databaseUrl && folder === undefined) return { databaseUrl };
  const data = environment["XDG_DATA_HOME"] || join(homedir(), ".local/share");
  return { folder: resolve(folder ?? join(data, "packerkit-registry")) };
}

/**
 * Works with a registry's store: that of the folder's server where one runs, else opened for as long as it takes.
 *
 * @throws {RegistryError} `STORE_FAILED`, `STORE_IN_USE`, `STORE_TOO_NEW`.
 */
export async function withAdministration<T>(
  folder: string | undefined,
  environment: Terminal["environment"],
  work: (administration: Administration) => Promise<T>,
): Promise<T> {
  const options = storeOf(folder, environment);
  for (let attempt = 1; ; attempt += 1) {
    const running = "folder" in options ? await connectControl(options.folder) : undefined;
    if (running !== undefined) return await work(running);
    const [{ openStorage }, { administrationOf }] = await Promise.all([
      import("../storage/open.ts"),
      import("../serve/administration.ts"),
    ]);
    try {
      await using storage = await openStorage(options);
      return await work(administrationOf(storage, undefined));
    } catch (error) {
      // A server that is just starting has the folder already, and can be asked in a moment.
      const isStarting = error instanceof RegistryError && error.code === "STORE_IN_USE";
      if (!isStarting || attempt === START_ATTEMPTS) throw error;
      await sleep(START_WAIT);
    }
  }
}
