import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, stat } from "node:fs/promises";
import { basename, join, matchesGlob, posix } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Sftp, SftpEntry } from "./sftp.ts";
import { Window } from "./window.ts";

/** How many files are on their way at once. */
const FILES = 8;

/** Deeper folders are taken for a mistake, such as links in a circle. */
const MAX_DEPTH = 100;

/** What to copy. */
export interface FolderCopy {
  source: string;
  destination: string;
  /** Globs on paths below the source; what fits one is left out. */
  exclude: readonly string[];
  signal: AbortSignal | undefined;
}

/**
 * Copies a local folder to the machine, links followed. A source that ends in `/` is copied into the destination, any
 * other into a folder of its name there.
 */
export async function uploadFolder(sftp: Sftp, copy: FolderCopy): Promise<void> {
  const { destination, source } = copy;
  const target = /[/\\]$/.test(source) ? destination : posix.join(destination, basename(source));
  const { mode } = await stat(source);
  // The destination itself is there, and may belong to somebody else.
  if (target !== destination) await sftp.makeFolder(target, mode & 0o777);
  const window = new Window(FILES);
  await uploadEntries(sftp, copy, { local: source, remote: target, name: "", depth: 0, window });
  await window.finish();
}

interface Place {
  local: string;
  remote: string;
  /** The path below the source, with slashes. */
  name: string;
  depth: number;
  window: Window;
}

async function uploadEntries(sftp: Sftp, copy: FolderCopy, place: Place): Promise<void> {
  demandDepth(place);
  for (const entry of await readdir(place.local)) {
    copy.signal?.throwIfAborted();
    const below = inside(place, entry);
    if (isExcluded(below.name, copy.exclude)) continue;
    const found = await stat(below.local);
    if (found.isDirectory()) {
      await sftp.makeFolder(below.remote, found.mode & 0o777);
      await uploadEntries(sftp, copy, below);
    } else if (found.isFile()) {
      await place.window.run(() =>
        sftp.writeFile(
          below.remote,
          createReadStream(below.local),
          found.mode & 0o777,
          copy.signal,
        ),
      );
    }
  }
}

/** Copies a folder of the machine into a folder of its name in the destination, as `scp -r` does; links are followed. */
export async function downloadFolder(sftp: Sftp, copy: FolderCopy): Promise<void> {
  const source = posix.normalize(copy.source).replace(/(?<=.)\/$/, "");
  const found = await sftp.stat(source);
  if (found?.kind !== "folder") {
    throw new Error(found === undefined ? `${source} does not exist` : `${source} is no folder`);
  }
  const window = new Window(FILES);
  const local = join(copy.destination, posix.basename(source));
  await mkdir(local, { recursive: true, mode: found.mode & 0o777 });
  await downloadEntries(sftp, copy, { local, remote: source, name: "", depth: 0, window });
  await window.finish();
}

async function downloadEntries(sftp: Sftp, copy: FolderCopy, place: Place): Promise<void> {
  demandDepth(place);
  for (const entry of await sftp.readFolder(place.remote)) {
    copy.signal?.throwIfAborted();
    if (/[/\\\0]/.test(entry.name)) throw new Error(`${place.remote} holds a name that is none`);
    const below = inside(place, entry.name);
    if (isExcluded(below.name, copy.exclude)) continue;
    const { kind, mode } = await followed(sftp, entry, below);
    if (kind === "folder") {
      await mkdir(below.local, { recursive: true, mode: mode & 0o777 });
      await downloadEntries(sftp, copy, below);
    } else if (kind === "file") {
      await place.window.run(() =>
        pipeline(
          sftp.readFile(below.remote, copy.signal),
          createWriteStream(below.local, { mode: mode & 0o777 }),
        ),
      );
    }
  }
}

/** What a link leads to; one that leads nowhere, or back up, counts as nothing to copy. */
async function followed(sftp: Sftp, entry: SftpEntry, place: Place): Promise<SftpEntry> {
  if (entry.kind !== "link") return entry;
  const nothing: SftpEntry = { ...entry, kind: "other" };
  const target = await sftp.stat(place.remote);
  if (target?.kind !== "folder") return target ?? nothing;
  const real = await sftp.realPath(place.remote);
  const here = await sftp.realPath(posix.dirname(place.remote));
  return `${here}/`.startsWith(`${real.replace(/\/$/, "")}/`) ? nothing : target;
}

function inside(place: Place, entry: string): Place {
  return {
    ...place,
    local: join(place.local, entry),
    remote: posix.join(place.remote, entry),
    name: place.name === "" ? entry : `${place.name}/${entry}`,
    depth: place.depth + 1,
  };
}

function isExcluded(name: string, exclude: readonly string[]): boolean {
  return exclude.some((glob) => matchesGlob(name, glob));
}

function demandDepth({ depth, local }: Place): void {
  if (depth > MAX_DEPTH) throw new Error(`${local} is more than ${MAX_DEPTH} folders deep`);
}
