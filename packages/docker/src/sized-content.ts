import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addAbortSignal, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Content up to this size, in bytes, is kept in memory; what is larger goes to a file. */
const MAX_IN_MEMORY = 1024 * 1024;

/** Content whose size is known. */
export interface SizedContent {
  /** In bytes. */
  readonly size: number;
  readonly content: Readable;
  /** Removes what the content is kept in. */
  remove(): Promise<void>;
}

/**
 * Finds out how long content is, as a tar archive wants to know beforehand. Small content is read into memory,
 * large content into a temporary file that only this user can read.
 */
export async function measureContent(
  content: Readable,
  signal?: AbortSignal,
): Promise<SizedContent> {
  const chunks: Buffer[] = [];
  let size = 0;
  if (signal !== undefined) addAbortSignal(signal, content);
  const source = content[Symbol.asyncIterator]();
  for (let next = await source.next(); !next.done; next = await source.next()) {
    const chunk = Buffer.from(next.value);
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_IN_MEMORY) return await toFile(chunks, source);
  }
  return { size, content: Readable.from(chunks), remove: async () => {} };
}

async function toFile(
  begun: readonly Buffer[],
  source: AsyncIterator<Buffer>,
): Promise<SizedContent> {
  const folder = await mkdtemp(join(tmpdir(), "packerkit-upload-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  const path = join(folder, "content");
  try {
    const all = async function* () {
      yield* begun;
      yield* { [Symbol.asyncIterator]: () => source };
    };
    const file = createWriteStream(path, { flags: "wx", mode: 0o600 });
    await pipeline(all, file);
    const { size } = await stat(path);
    return { size, content: createReadStream(path), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
