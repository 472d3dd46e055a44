import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { messageOf } from "@packerkit/plugin-sdk";
import { VSphereError } from "../errors.ts";
import { tapBytes } from "../tap-bytes.ts";

/** The largest list of checksums that is read, in bytes. */
const MAX_LIST = 4 * 1024 * 1024;

/** The path on this machine that a setting names; undefined for what must be downloaded. */
export function localPath(source: string): string | undefined {
  if (/^https?:\/\//i.test(source)) return undefined;
  return /^file:\/\//i.test(source) ? fileURLToPath(source) : source;
}

/**
 * Downloads a file, which is streamed.
 *
 * @param progress Is told how many bytes there will be (0 where that is not known), and then of each chunk.
 * @throws {VSphereError} `FILE_FAILED`
 */
export async function download(
  url: string,
  file: string,
  progress: (total: number) => (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const response = await open(url, signal);
  const advance = progress(Number(response.headers.get("content-length") ?? 0));
  const count = tapBytes((chunk) => advance(chunk.length));
  try {
    const body = response.body === null ? Readable.from([]) : Readable.fromWeb(response.body);
    await pipeline(body, count, createWriteStream(file, { flags: "wx", mode: 0o600 }), { signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw failed(url, messageOf(cause), cause);
  }
}

/** Reads a small text file from wherever it is. @throws {VSphereError} `FILE_FAILED` */
export async function readTextFrom(source: string, signal: AbortSignal): Promise<string> {
  const path = localPath(source);
  try {
    if (path !== undefined) return await readFile(path, { encoding: "utf8", signal });
    const text = await (await open(source, signal)).text();
    if (text.length <= MAX_LIST) return text;
  } catch (cause) {
    signal.throwIfAborted();
    throw cause instanceof VSphereError ? cause : failed(source, messageOf(cause), cause);
  }
  throw failed(source, `it has more than ${MAX_LIST} characters`);
}

async function open(url: string, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    const { href, headers } = withoutCredentials(url);
    response = await fetch(href, { headers, signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw failed(url, messageOf((cause as Error).cause ?? cause), cause);
  }
  if (response.ok) return response;
  await response.body?.cancel();
  throw failed(url, `HTTP ${response.status} ${response.statusText}`);
}

/** `fetch` takes no URL with a user in it: that goes into a header. */
function withoutCredentials(text: string): { href: string; headers: Record<string, string> } {
  const url = new URL(text);
  const { username, password } = url;
  if (username === "" && password === "") return { href: text, headers: {} };
  url.username = "";
  url.password = "";
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization = `Basic ${Buffer.from(user).toString("base64")}`;
  return { href: url.href, headers: { authorization } };
}

function failed(url: string, why: string, cause?: unknown): VSphereError {
  return new VSphereError("FILE_FAILED", `${shownUrl(url)} could not be read: ${why}`, { cause });
}

/** A URL as people may see it: without a user, a password, or a query, any of which may hold a secret. */
export function shownUrl(url: string): string {
  if (localPath(url) !== undefined) return url;
  return url.replace(/^(\w+:\/\/)[^/?#]*@/, "$1").replace(/[?#].*$/s, "");
}
