import { createWriteStream } from "node:fs";
import { mkdir, open, realpath, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

/** A file that appears when it is whole. */
export interface OutputFile {
  /** Where it shall be at the end. */
  readonly path: string;
  /** Where it is until it is whole. */
  readonly temporaryPath: string;
  /** The topmost folder that had to be made for it. */
  readonly madeFolder: string | undefined;
}

/**
 * Sees to it that a file can be written: makes its folder and its temporary file.
 *
 * @param token Names the temporary file.
 * @throws {Error} where that is not possible; nothing is left then.
 */
export async function openOutputFile(given: string, token: string): Promise<OutputFile> {
  const path = await targetOf(resolve(given));
  const madeFolder = await mkdir(dirname(path), { recursive: true });
  const file = { path, temporaryPath: `${path}.${token}.partial`, madeFolder };
  try {
    const handle = await open(file.temporaryPath, "wx");
    await handle.close();
  } catch (error) {
    await removeMadeFolders(file);
    throw error;
  }
  return file;
}

/**
 * Writes a tar archive to the file, which takes its place once the archive has its end.
 *
 * @param onSize Is told, again and again, how many bytes there are.
 * @throws {Error}
 */
export async function writeArchive(
  archive: Readable,
  { path, temporaryPath }: OutputFile,
  signal: AbortSignal,
  onSize: (size: number) => void,
): Promise<void> {
  const ending = new EndKeeper(TAR_END, onSize);
  await pipeline(archive, ending, createWriteStream(temporaryPath, { flags: "r+" }), { signal });
  // An engine that fails half-way ends its answer as if it were whole; the archive's end tells.
  if (ending.kept.length < TAR_END || ending.kept.some((byte) => byte !== 0)) {
    throw new Error("the engine's archive has no end");
  }
  await rename(temporaryPath, path);
}

/** Removes what is not whole; where nothing came of the file, its folders as well. */
export async function closeOutputFile(file: OutputFile, isWritten: boolean): Promise<void> {
  await rm(file.temporaryPath, { force: true });
  if (!isWritten) await removeMadeFolders(file);
}

/** Follows links, so that the file they lead to is written; refuses what is no file. */
async function targetOf(path: string): Promise<string> {
  const status = await stat(path).catch(unlessAbsent);
  if (status === undefined) return path;
  if (status.isFile()) return realpath(path);
  throw new Error(`it is ${status.isDirectory() ? "a directory" : "no regular file"}, not a file`);
}

function unlessAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

/** From the innermost folder outwards, as far as they are empty. */
async function removeMadeFolders({ path, madeFolder }: OutputFile): Promise<void> {
  if (madeFolder === undefined) return;
  for (let folder = dirname(path); folder.startsWith(madeFolder); folder = dirname(folder)) {
    try {
      await rmdir(folder);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT" && code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
    }
  }
}

/** What a tar archive ends with at least: two blocks of zeros. */
const TAR_END = 1024;

/** Passes bytes on, counts them and keeps the last ones. */
class EndKeeper extends Transform {
  readonly #length: number;
  readonly #onSize: (size: number) => void;
  #size = 0;
  kept: Buffer = Buffer.alloc(0);

  constructor(length: number, onSize: (size: number) => void) {
    super();
    this.#length = length;
    this.#onSize = onSize;
  }

  override _transform(
    chunk: Buffer,
    _: BufferEncoding,
    done: (error: null, chunk: Buffer) => void,
  ) {
    const joined = chunk.length < this.#length ? Buffer.concat([this.kept, chunk]) : chunk;
    this.kept = Buffer.from(joined.subarray(-this.#length));
    this.#size += chunk.length;
    this.#onSize(this.#size);
    done(null, chunk);
  }
}
