import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RegistryError } from "../errors.ts";

const LOCK_FILE = "server.lock";

interface Holder {
  pid: number;
  /** What tells the process from a later one with the same id; empty where the system does not say. */
  started: string;
}

/** A folder that no other process opens until it is released. */
export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes a folder for this process: PostgreSQL in WebAssembly would destroy its files if two processes wrote them. A
 * lock whose process is gone, as after `kill -9`, is taken over.
 *
 * @throws {RegistryError} `STORE_IN_USE`.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, LOCK_FILE);
  const text = JSON.stringify({ pid: process.pid, started: await startOf(process.pid) });
  for (let attempt = 1; ; attempt += 1) {
    if (await createWhole(path, text)) {
      return { release: async () => await rm(path, { force: true }) };
    }
    const found = await readFile(path, "utf8").catch(() => "");
    const holder = parseHolder(found);
    if ((holder !== undefined && (await isAlive(holder))) || attempt === 5) {
      throw new RegistryError(
        "STORE_IN_USE",
        `the folder ${folder} is in use by the process ${holder?.pid ?? "that is just starting"}: stop it, or choose another folder`,
      );
    }
    await removeStale(path, found);
  }
}

/** Creates the file with its text at once, so that nobody reads half of it; false where it is there. */
async function createWhole(path: string, text: string): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, text, { mode: 0o600 });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Removes a lock that reads `text`; one that another process put in its place meanwhile is put back. */
async function removeStale(path: string, text: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, "utf8")) !== text) await link(aside, path);
  } catch (error) {
    if (!["ENOENT", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // cut short where the machine itself went down
  }
}

async function isAlive(holder: Holder): Promise<boolean> {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return holder.started === (await startOf(holder.pid));
}

/**
 * When a process was started, in ticks since the machine's boot, and which boot; "ended" for a process that did nothing
 * but leave its exit code to a parent which has not asked for it. Linux only.
 */
async function startOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
    // Source: proc_pid_stat(5). The name in brackets may hold spaces; the state is the first field after it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, threads, ticks] = [fields[0], fields[17], fields[19]];
    // Threads may outlive the first one for a moment, and still write.
    if (state === "Z" && Number(threads) <= 1) return "ended";
    return `${boot.trim()}:${ticks}`;
  } catch {
    return "";
  }
}
