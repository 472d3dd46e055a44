import { posix } from "node:path";
import type { Snapshot, SnapshotEntry } from "../machine/snapshot.ts";
import { applyLayer } from "./layers.ts";

/** A file is not in the build context. */
export class NotInContext extends Error {
  override readonly name = "NotInContext";
  readonly path: string;

  constructor(path: string) {
    super(`${path} is not in the build context`);
    this.path = path;
  }
}

/** What to copy. */
export interface CopyRequest {
  /** Paths in the context, with `*` and `?` for parts of names. */
  sources: readonly string[];
  /** Absolute; ends in `/` where it is a folder. */
  destination: string;
  /** Permission bits for all that is copied; its own where it is missing. */
  mode: number | undefined;
}

/**
 * The files of an image with what `COPY` brings from the context: of a folder its content, of a file the file.
 *
 * @throws {NotInContext}
 */
export function copyFromContext(
  context: Snapshot,
  files: Snapshot,
  { sources, destination, mode }: CopyRequest,
): Snapshot {
  const isFolder =
    destination.endsWith("/") ||
    sources.length > 1 ||
    files.some((entry) => entry.path === destination && entry.type === "directory");
  const target = posix.join("/", destination).replace(/(.)\/$/, "$1");
  const copied = sources.flatMap((source) =>
    matchSources(context, source).flatMap((entry) =>
      entry.type === "directory"
        ? below(context, entry.path).map((inner) => moved(inner, entry.path, target))
        : [{ ...entry, path: isFolder ? posix.join(target, posix.basename(entry.path)) : target }],
    ),
  );
  const withMode = mode === undefined ? copied : copied.map((entry) => ({ ...entry, mode }));
  return applyLayer(files, withMode);
}

function matchSources(context: Snapshot, source: string): SnapshotEntry[] {
  const path = posix.join("/", source).replace(/(.)\/$/, "$1");
  if (path === "/") return [{ type: "directory", path: "", mode: 0o755, modifiedAt: new Date(0) }];
  const pattern = path.replace(/[.+^$(){}|[\]\\]/g, "\\$&").replaceAll("*", "[^/]*");
  const expression = new RegExp(`^${pattern.replaceAll("?", "[^/]")}$`);
  const found = context.filter((entry) => expression.test(entry.path));
  if (found.length === 0) throw new NotInContext(source);
  return found;
}

function below(context: Snapshot, folder: string): SnapshotEntry[] {
  return context.filter((entry) => entry.path.startsWith(`${folder}/`));
}

function moved(entry: SnapshotEntry, from: string, to: string): SnapshotEntry {
  return { ...entry, path: posix.join(to, entry.path.slice(from.length)) };
}
