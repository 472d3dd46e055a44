import { readFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { extract } from "tar-stream";

/** The text of a file in a tar archive; `undefined` where there is none of this name. */
export async function fileInTar(path: string, name: string): Promise<string | undefined> {
  const archive = extract();
  archive.end(await readFile(path));
  for await (const entry of archive) {
    if (entry.header.name === name) return text(entry as unknown as Readable);
    entry.resume();
  }
  return undefined;
}
