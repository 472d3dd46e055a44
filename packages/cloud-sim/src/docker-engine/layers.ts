import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { Readable } from "node:stream";
import type { Snapshot, SnapshotEntry } from "../machine/snapshot.ts";
import { packTar, type TarEntry } from "../machine/tar.ts";

const WHITEOUT = ".wh.";

/** What an image adds to its parent's files. */
export interface Layer {
  /** `sha256:…` of the layer's tar archive. */
  diffId: string;
  /** The archive: what is new or changed, and a whiteout for what is gone. */
  open(): Readable;
}

/** The layer between two states of a file system; `undefined` where nothing differs. */
export async function makeLayer(before: Snapshot, after: Snapshot): Promise<Layer | undefined> {
  const entries = [...changedEntries(before, after), ...whiteouts(before, after)];
  if (entries.length === 0) return undefined;
  const open = () => layerArchive(entries);
  return { diffId: await digestOf(open()), open };
}

/** Entries as a tar archive, always the same bytes. */
function layerArchive(entries: Snapshot): Readable {
  const sorted = entries.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return packTar(sorted.map((entry) => ({ name: entry.path.slice(1), entry })));
}

/** The files that a layer's entries make of those below; folders that no entry names are added. */
export function applyLayer(below: Snapshot, entries: readonly TarEntry[]): Snapshot {
  const files = new Map(below.map((entry) => [entry.path, entry]));
  for (const entry of entries) {
    const name = posix.basename(entry.path);
    if (name.startsWith(WHITEOUT)) {
      remove(files, posix.join(posix.dirname(entry.path), name.slice(WHITEOUT.length)));
    } else if (entry.type === "hardlink") {
      const target = files.get(entry.target);
      if (target !== undefined) files.set(entry.path, { ...target, path: entry.path });
    } else if (entry.path !== "/") {
      if (entry.type !== "directory") remove(files, entry.path);
      files.set(entry.path, entry);
    }
  }
  addMissingFolders(files);
  return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function addMissingFolders(files: Map<string, SnapshotEntry>): void {
  for (const { path, modifiedAt } of [...files.values()]) {
    for (let folder = posix.dirname(path); folder !== "/"; folder = posix.dirname(folder)) {
      if (files.has(folder)) break;
      files.set(folder, { type: "directory", path: folder, mode: 0o755, modifiedAt });
    }
  }
}

/** `sha256:…` of what a stream holds. */
export async function digestOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of stream) hash.update(chunk);
  return `sha256:${hash.digest("hex")}`;
}

function remove(files: Map<string, SnapshotEntry>, path: string): void {
  files.delete(path);
  for (const known of files.keys()) if (known.startsWith(`${path}/`)) files.delete(known);
}

function changedEntries(before: Snapshot, after: Snapshot): SnapshotEntry[] {
  const known = new Map(before.map((entry) => [entry.path, entry]));
  return after.filter((entry) => {
    const old = known.get(entry.path);
    return old === undefined || !isSame(old, entry);
  });
}

function isSame(a: SnapshotEntry, b: SnapshotEntry): boolean {
  if (a.mode !== b.mode && a.type !== "symlink") return false;
  if (a.type === "directory") return b.type === "directory";
  if (a.type === "symlink") return b.type === "symlink" && a.target === b.target;
  return (
    b.type === "file" &&
    a.modifiedAt.getTime() === b.modifiedAt.getTime() &&
    (a.content === b.content || Buffer.compare(a.content, b.content) === 0)
  );
}

function whiteouts(before: Snapshot, after: Snapshot): SnapshotEntry[] {
  const left = new Set(after.map((entry) => entry.path));
  return before
    .filter(({ path }) => !left.has(path) && (left.has(posix.dirname(path)) || isTop(path)))
    .map(({ path }) => ({
      type: "file",
      path: posix.join(posix.dirname(path), WHITEOUT + posix.basename(path)),
      mode: 0,
      modifiedAt: new Date(0),
      content: new Uint8Array(0),
    }));
}

function isTop(path: string): boolean {
  return posix.dirname(path) === "/";
}
