import { createHash } from "node:crypto";
import { chmod, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkVersion } from "../version.ts";

/** The systems for which Packer itself is released; a plugin of ours is the same file for each. */
export const PLATFORMS = [
  "darwin_amd64",
  "darwin_arm64",
  "freebsd_amd64",
  "linux_amd64",
  "linux_arm64",
] as const;

/** The plugin protocol's version, as it stands in release names. */
const API_VERSION = "x5.0";

/**
 * Copies a plugin's file into `folder` under the names that Packer looks for, each with a checksum file beside it, and
 * one `…_SHA256SUMS` for all.
 *
 * Source: packer `packer/plugin-getter/plugins.go`.
 *
 * @returns the paths of the copies.
 */
export async function writeRelease(
  file: string,
  folder: string,
  { name, version }: { name: string; version: string },
): Promise<string[]> {
  checkVersion(version);
  await mkdir(folder, { recursive: true });
  const digest = createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
  const names = PLATFORMS.map(
    (platform) => `packer-plugin-${name}_v${version}_${API_VERSION}_${platform}`,
  );
  for (const releaseName of names) {
    await copyFile(file, join(folder, releaseName));
    await chmod(join(folder, releaseName), 0o755);
    await writeFile(join(folder, `${releaseName}_SHA256SUM`), digest);
  }
  const sums = names.map((releaseName) => `${digest}  ${releaseName}\n`).join("");
  await writeFile(join(folder, `packer-plugin-${name}_v${version}_SHA256SUMS`), sums);
  return names.map((releaseName) => join(folder, releaseName));
}
