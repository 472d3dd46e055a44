import { createHash, randomUUID } from "node:crypto";
import { access, mkdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Ui } from "@packerkit/plugin-sdk";
import type { IsoConfig } from "../config/iso.ts";
import { VSphereError } from "../errors.ts";
import { type Checksum, verifyFile } from "./checksum.ts";
import { download, localPath, shownUrl } from "./download.ts";

/** The name that an ISO image has in caches: what it must add up to, or else where it is from, decides. */
export function cacheName(url: string, checksum: Checksum | undefined): string {
  const key = checksum === undefined ? url : `${checksum.algorithm}:${checksum.value}`;
  return `${createHash("sha1").update(key).digest("hex")}.iso`;
}

/**
 * Gets an ISO image onto this machine and checks it; answers its file. One on this machine is used where it is, one
 * that was downloaded before is not downloaded again.
 *
 * Source of the places: packer-plugin-sdk `multistep/commonsteps/step_download.go`, `packer/cache.go`.
 *
 * @throws {VSphereError} `FILE_FAILED`, `CHECKSUM_MISMATCH`.
 */
export async function getIso(
  url: string,
  checksum: Checksum | undefined,
  config: Pick<IsoConfig, "iso_target_path" | "local_cache_overwrite">,
  { ui, signal }: { ui: Ui; signal: AbortSignal },
): Promise<string> {
  const verify = async (file: string) => {
    if (checksum !== undefined) await verifyFile(file, checksum, signal);
  };
  const local = localPath(url);
  if (local !== undefined) {
    if (!(await exists(local))) {
      throw new VSphereError(
        "FILE_FAILED",
        `there is no file ${local}: check the attribute iso_url`,
      );
    }
    await verify(local);
    return local;
  }
  const target = config.iso_target_path || join(cacheFolder(), cacheName(url, checksum));
  if (!config.local_cache_overwrite && (await exists(target))) {
    await verify(target);
    ui.say(`Using ${target}, which was downloaded before`);
    return target;
  }
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const partial = `${target}.${randomUUID()}.partial`;
  try {
    ui.say(`Downloading ${shownUrl(url)}`);
    await downloadWithProgress(url, partial, ui, signal);
    await verify(partial);
    await rename(partial, target);
  } finally {
    await rm(partial, { force: true });
  }
  return target;
}

async function downloadWithProgress(
  url: string,
  file: string,
  ui: Ui,
  signal: AbortSignal,
): Promise<void> {
  let tracker: ReturnType<Ui["trackProgress"]> | undefined;
  const start = (total: number) => {
    tracker = ui.trackProgress("ISO image", 0, total);
    return (bytes: number) => tracker?.advance(bytes);
  };
  try {
    await download(url, file, start, signal);
  } finally {
    tracker?.close();
  }
}

/** Packer's cache folder. Source: packer-plugin-sdk `packer/cache.go`. */
function cacheFolder(): string {
  const named = process.env["PACKER_CACHE_DIR"];
  if (named) return resolve(named);
  return join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "packer");
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
