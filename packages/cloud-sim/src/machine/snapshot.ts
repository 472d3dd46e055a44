/** One entry of a file system. Everything belongs to root: the in-memory machine knows no other owner. */
export type SnapshotEntry = {
  /** Absolute, normalized, without a slash at the end. */
  path: string;
  /** Permission bits, such as 0o755. */
  mode: number;
  modifiedAt: Date;
} & (
  | { type: "file"; content: Uint8Array }
  | { type: "directory" }
  | { type: "symlink"; target: string }
);

/**
 * A whole file system, parents before children. Contents are shared between snapshots and machines, and never
 * changed in place.
 */
export type Snapshot = readonly SnapshotEntry[];

const EPOCH = new Date(0);

/** A snapshot of the given text files. */
export function snapshotOfFiles(files: Readonly<Record<string, string>>): Snapshot {
  const encoder = new TextEncoder();
  return Object.entries(files).map(([path, text]) => ({
    type: "file",
    path,
    mode: 0o644,
    modifiedAt: EPOCH,
    content: encoder.encode(text),
  }));
}

/** How many bytes the files of a snapshot hold. */
export function snapshotBytes(snapshot: Snapshot): number {
  let bytes = 0;
  for (const entry of snapshot) if (entry.type === "file") bytes += entry.content.byteLength;
  return bytes;
}
