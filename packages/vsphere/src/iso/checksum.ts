import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { VSphereError } from "../errors.ts";
import { readTextFrom } from "./download.ts";

/** What a file's content must add up to. */
export interface Checksum {
  readonly algorithm: "md5" | "sha1" | "sha256" | "sha512";
  /** In lower-case hexadecimal. */
  readonly value: string;
}

/** Algorithms by the number of hexadecimal digits. */
const BY_LENGTH: Readonly<Record<number, Checksum["algorithm"]>> = {
  32: "md5",
  40: "sha1",
  64: "sha256",
  128: "sha512",
};

/**
 * Reads a checksum: `sha256:…`, bare digits, `file:` and where a list of checksums is, or `none`, for which this
 * answers undefined.
 *
 * @throws {VSphereError} `FILE_FAILED` where the list cannot be read, or does not name the file of `url`.
 */
export async function resolveChecksum(
  setting: string,
  url: string,
  signal: AbortSignal,
): Promise<Checksum | undefined> {
  if (setting === "none") return undefined;
  const list = /^file:(.+)$/.exec(setting)?.[1];
  if (list === undefined) return parseChecksum(setting.replace(/^\w+:/, ""));
  const name = decodeURIComponent(basename(url.replace(/[?#].*$/, "")));
  const line = (await readTextFrom(list, signal)).split("\n").find((text) => namesFile(text, name));
  const found = line && parseChecksum(/\b[0-9A-Fa-f]{32,128}\b/.exec(line)?.[0] ?? "");
  if (found) return found;
  throw new VSphereError(
    "FILE_FAILED",
    `${list} has no checksum for ${name}: check the attribute iso_checksum`,
  );
}

/** Lines of `sha256sum` (`digits  name`) and of BSD (`SHA256 (name) = digits`). */
function namesFile(line: string, name: string): boolean {
  const [, gnu] = /^[0-9A-Fa-f]{32,128}\s+\*?(.+?)\s*$/.exec(line) ?? [];
  const [, bsd] = /^\w+ ?\((.+)\) ?= ?[0-9A-Fa-f]{32,128}\s*$/.exec(line) ?? [];
  return [gnu, bsd].some((file) => file !== undefined && basename(file) === name);
}

function parseChecksum(digits: string): Checksum | undefined {
  const algorithm = BY_LENGTH[digits.length];
  return algorithm && { algorithm, value: digits.toLowerCase() };
}

/** @throws {VSphereError} `CHECKSUM_MISMATCH` */
export async function verifyFile(
  file: string,
  { algorithm, value }: Checksum,
  signal: AbortSignal,
): Promise<void> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file, { highWaterMark: 256 * 1024 }), hash, { signal });
  const actual = hash.digest("hex");
  if (actual === value) return;
  throw new VSphereError(
    "CHECKSUM_MISMATCH",
    `${file} has the ${algorithm} ${actual}, and iso_checksum tells of ${value}: check both, and that the download is the file that was meant`,
  );
}
