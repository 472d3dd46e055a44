import { rmSync } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import { messageOf, RegistryError } from "../errors.ts";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Writes a file for its owner alone, all of it or nothing: it is removed where `fill` fails, and where the process is told
 * to end meanwhile.
 *
 * @throws {RegistryError} `BAD_OPTION` where it cannot be made, or is there already; what `fill` throws.
 */
export async function writeNewFile(
  path: string,
  fill: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const file = await create(path);
  const abandon = (signal: NodeJS.Signals) => {
    rmSync(path, { force: true });
    process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.once(signal, abandon);
  try {
    await fill(file);
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, abandon);
    await file.close();
  }
}

async function create(path: string): Promise<FileHandle> {
  try {
    return await open(path, "wx", 0o600);
  } catch (cause) {
    throw new RegistryError(
      "BAD_OPTION",
      `cannot create ${path}: ${messageOf(cause)}; name a file that is not there yet`,
      { cause },
    );
  }
}
