import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { lock } from "proper-lockfile";
import { repositoryRoot } from "./paths.ts";

/** The environment variable that names another cache folder, such as one that outlives the checkout. */
export const CACHE_VARIABLE = "PACKERKIT_PEERS_CACHE";

/** Where built peers are kept: what {@link CACHE_VARIABLE} names, else `.cache/peers` in the repository. */
export function peersCacheFolder(): string {
  return process.env[CACHE_VARIABLE] || `${repositoryRoot}/.cache/peers`;
}

/**
 * Answers the path of the file or folder `name` that `make` once made for `fingerprint`, making it where it is not there
 * yet.
 *
 * The file appears whole or not at all. Only one process makes a file at a time, and the others wait for it: a build
 * uses every core by itself, and the one waited for may be the same.
 *
 * @param fingerprint Changes whenever the file would come out differently; safe in a file name.
 * @throws whatever `make` throws.
 */
export async function cachedFile(
  name: string,
  fingerprint: string,
  make: (path: string) => Promise<void>,
): Promise<string> {
  const path = `${peersCacheFolder()}/${name}-${fingerprint}/${name}`;
  if (await exists(path)) return path;

  await mkdir(dirname(path), { recursive: true });
  const release = await lockCache(name);
  try {
    if (await exists(path)) return path;
    const partial = `${path}.partial`;
    await rm(partial, { recursive: true, force: true });
    await make(partial);
    await rename(partial, path);
    return path;
  } finally {
    await release();
  }
}

async function lockCache(name: string): Promise<() => Promise<void>> {
  const options = { stale: 20_000, lockfilePath: `${peersCacheFolder()}/making.lock` };
  try {
    return await lock(peersCacheFolder(), options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
  }
  console.error(`${name}: waiting for another run that is filling ${peersCacheFolder()}`);
  const retries = { forever: true, minTimeout: 200, maxTimeout: 2000 };
  return await lock(peersCacheFolder(), { ...options, retries });
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
