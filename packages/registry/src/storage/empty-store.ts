import { existsSync, openAsBlob } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

/*
 * PostgreSQL's own making of a store (initdb) takes seconds and more than a gigabyte as WebAssembly. A store that it made
 * earlier comes as a package.
 */
const PACKAGE = "@electric-sql/pglite-prepopulatedfs";

/** A new store's files, as a packed archive. */
export async function emptyStore(): Promise<Blob> {
  return await openAsBlob(archivePath(), { type: "application/x-gzip" });
}

/** Makes a new store in a folder that is not there yet, all of it or nothing. A folder that is there stays as it is. */
export async function unpackEmptyStore(folder: string): Promise<void> {
  if (existsSync(folder)) return;
  const draft = `${folder}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  const { extract } = await import("tar");
  await extract({ file: archivePath(), cwd: draft });
  await rename(draft, folder);
}

function archivePath(): string {
  return join(createRequire(import.meta.url).resolve(PACKAGE), "../prepopulatedfs.tgz");
}
