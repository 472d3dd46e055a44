import { once } from "node:events";
import { posix } from "node:path";
import { PassThrough, Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import tar from "tar-stream";
import type { SnapshotEntry } from "./snapshot.ts";

/** How much of a file is handed to an archive at once, in bytes. */
const CHUNK = 64 * 1024;

/** An entry of an archive; hard links name the file that they stand for. */
export type TarEntry = SnapshotEntry | { type: "hardlink"; path: string; target: string };

/** An entry under the name that it gets in an archive. */
export interface NamedEntry {
  name: string;
  entry: SnapshotEntry;
}

/**
 * Writes entries as a tar archive, no faster than it is read.
 */
export function packTar(entries: Iterable<NamedEntry>): Readable {
  const pack = tar.pack();
  writeEntries(pack, entries).catch((error: Error) => pack.destroy(error));
  return pack as unknown as Readable;
}

async function writeEntries(pack: tar.Pack, entries: Iterable<NamedEntry>): Promise<void> {
  for (const { name, entry } of entries) await writeEntry(pack, name, entry);
  pack.finalize();
}

function writeEntry(pack: tar.Pack, name: string, entry: SnapshotEntry): Promise<void> {
  const common = { mode: entry.mode, mtime: entry.modifiedAt, uid: 0, gid: 0 };
  return new Promise((resolve, reject) => {
    const settle = (error?: Error | null) => (error ? reject(error) : resolve());
    if (entry.type === "directory") {
      pack.entry({ ...common, name: `${name}/`, type: "directory" }, settle);
    } else if (entry.type === "symlink") {
      pack.entry({ ...common, name, type: "symlink", linkname: entry.target }, settle);
    } else {
      const sink = pack.entry({ ...common, name, size: entry.content.byteLength }, settle);
      writeContent(sink, entry.content).catch(reject);
    }
  });
}

async function writeContent(sink: NodeJS.WritableStream, content: Uint8Array): Promise<void> {
  for (let start = 0; start < content.byteLength; start += CHUNK) {
    const isFull = !sink.write(content.subarray(start, start + CHUNK));
    if (isFull) await once(sink, "drain");
  }
  sink.end();
}

/**
 * Reads a tar archive, gzipped or not, entry by entry: the next one is read when `onEntry` is done. Names are made
 * absolute and cannot climb above the root. Devices and sockets are left out.
 *
 * @throws {Error} where it is no archive, breaks off, or holds more than `maxBytes`; whatever `onEntry` throws.
 */
export async function unpackTar(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
  onEntry: (entry: TarEntry) => Promise<void> | void,
): Promise<void> {
  const extract = tar.extract();
  const feeding = feed(source, extract, maxBytes);
  feeding.catch((error: Error) => extract.destroy(error));
  for await (const file of extract) {
    const entry = await readEntry(file as unknown as TarFile);
    if (entry !== undefined) await onEntry(entry);
  }
  await feeding;
}

interface TarFile extends AsyncIterable<Uint8Array> {
  header: tar.Header;
}

async function readEntry(file: TarFile): Promise<TarEntry | undefined> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of file) chunks.push(chunk);
  const { name, mode, mtime, type, linkname } = file.header;
  const path = posix.normalize(`/${name}`).replace(/(.)\/$/, "$1");
  const common = { path, mode: (mode ?? 0o644) & 0o7777, modifiedAt: mtime ?? new Date(0) };
  switch (type) {
    case "file":
    case "contiguous-file":
      return { ...common, type: "file", content: Buffer.concat(chunks) };
    case "directory":
      return { ...common, type: "directory" };
    case "symlink":
      return { ...common, type: "symlink", target: linkname ?? "" };
    case "link":
      return { type: "hardlink", path, target: posix.normalize(`/${linkname ?? ""}`) };
    default:
      return undefined;
  }
}

async function feed(
  source: AsyncIterable<Uint8Array>,
  extract: tar.Extract,
  maxBytes: number,
): Promise<void> {
  const chunks = source[Symbol.asyncIterator]();
  const first = await chunks.next();
  const isZipped = !first.done && first.value[0] === 0x1f && first.value[1] === 0x8b;
  await pipeline([
    Readable.from(startingWith(first, chunks)),
    isZipped ? createGunzip() : new PassThrough(),
    limitTo(maxBytes),
    extract,
  ]);
}

async function* startingWith(
  first: IteratorResult<Uint8Array>,
  chunks: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for (let next = first; !next.done; next = await chunks.next()) yield next.value;
}

function limitTo(maxBytes: number): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      size += chunk.length;
      if (size <= maxBytes) done(null, chunk);
      else done(new Error(`the archive holds more than ${maxBytes} bytes`));
    },
  });
}
