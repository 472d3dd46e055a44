import { posix } from "node:path";
import { type FileContent, InMemoryFs } from "just-bash";
import type { Snapshot, SnapshotEntry } from "./snapshot.ts";

type WriteOptions = Parameters<InMemoryFs["writeFile"]>[2];

/** Folders that the shell fills by itself at its start; no snapshot holds what is in them. */
const VOLATILE_FOLDERS = ["/dev/", "/proc/"];

/**
 * The file system of an in-memory machine. Where just-bash's own takes a path literally, this one follows the links
 * in it, and it keeps the mode of a file that is overwritten.
 */
export class MachineFileSystem extends InMemoryFs {
  /** What must not be replaced while the shell installs its programs; `undefined` afterwards. */
  #protected: ReadonlyMap<string, SnapshotEntry> | undefined;
  /** What the shell installed: the content of programs, `undefined` for folders. No snapshot holds it. */
  #installed: ReadonlyMap<string, Uint8Array | undefined> = new Map();

  /** Makes a file system out of a snapshot. */
  static async restore(snapshot: Snapshot, maxBytes: number): Promise<MachineFileSystem> {
    const fileSystem = new MachineFileSystem(undefined, { maxTotalBytes: maxBytes });
    for (const entry of snapshot) await fileSystem.#add(entry);
    fileSystem.#protected = new Map(snapshot.map((entry) => [entry.path, entry]));
    return fileSystem;
  }

  async #add(entry: SnapshotEntry): Promise<void> {
    if (entry.type === "file") {
      super.writeFileSync(entry.path, entry.content, undefined, {
        mode: entry.mode,
        mtime: entry.modifiedAt,
      });
    } else if (entry.type === "symlink") {
      await super.symlink(entry.target, entry.path);
    } else {
      super.mkdirSync(entry.path, { recursive: true });
      await super.chmod(entry.path, entry.mode);
      await super.utimes(entry.path, entry.modifiedAt, entry.modifiedAt);
    }
  }

  /** Ends the time in which the shell installs its programs: from here on everything can be replaced. */
  async finishInstallation(): Promise<void> {
    const installed = new Map<string, Uint8Array | undefined>();
    for (const path of this.getAllPaths()) {
      if (this.#protected?.has(path)) continue;
      const { isFile } = await this.lstat(path);
      installed.set(path, isFile ? await this.readFileBuffer(path) : undefined);
    }
    this.#installed = installed;
    this.#protected = undefined;
  }

  /** Everything there is, but for what the shell installs anew at each start. */
  async snapshot(): Promise<Snapshot> {
    const entries: SnapshotEntry[] = [];
    const filledFolders = new Set<string>();
    for (const path of this.getAllPaths().sort().reverse()) {
      if (path === "/" || VOLATILE_FOLDERS.some((folder) => path.startsWith(folder))) continue;
      const entry = await this.entryAt(path);
      if (this.#isInstalled(entry) && !filledFolders.has(path)) continue;
      entries.push(entry);
      filledFolders.add(posix.dirname(path));
    }
    return entries.reverse();
  }

  /** Whether an entry is just what the shell put there. */
  #isInstalled(entry: SnapshotEntry): boolean {
    if (!this.#installed.has(entry.path) || entry.type === "symlink") return false;
    const content = entry.type === "file" ? entry.content : undefined;
    return this.#installed.get(entry.path) === content;
  }

  /** What is at a path, links in its last part not followed. */
  async entryAt(path: string): Promise<SnapshotEntry> {
    const { mode, mtime, isDirectory, isSymbolicLink } = await this.lstat(path);
    const common = { path, mode: mode & 0o7777, modifiedAt: mtime };
    if (isDirectory) return { ...common, type: "directory" };
    if (isSymbolicLink) return { ...common, type: "symlink", target: await this.readlink(path) };
    return { ...common, type: "file", content: await this.readFileBuffer(path) };
  }

  override writeFileSync(
    path: string,
    content: FileContent,
    options?: WriteOptions,
    metadata?: { mode?: number; mtime?: Date },
  ): void {
    if (this.#protected === undefined) {
      super.writeFileSync(path, content, options, metadata);
      return;
    }
    const isTaken =
      this.#protected.has(path) || this.#protected.get(posix.dirname(path))?.type === "symlink";
    if (!isTaken) super.writeFileSync(path, content, options, { mode: 0o755, ...metadata });
  }

  override async writeFile(
    path: string,
    content: FileContent,
    options?: WriteOptions,
  ): Promise<void> {
    const target = await this.#followLinks(path);
    const known = (await this.exists(target)) ? await this.stat(target) : undefined;
    if (known?.isDirectory) throw new Error(`EISDIR: is a directory, write '${path}'`);
    this.writeFileSync(target, content, options, { mode: known?.mode ?? 0o644 });
  }

  override async appendFile(
    path: string,
    content: FileContent,
    options?: WriteOptions,
  ): Promise<void> {
    await super.appendFile(await this.#followLinks(path), content, options);
  }

  override async chmod(path: string, mode: number): Promise<void> {
    await super.chmod(await this.#followLinks(path), mode);
  }

  override async mkdir(path: string, options?: { recursive?: boolean }): Promise<void> {
    await super.mkdir(await this.#followLinks(path), options);
  }

  override async rm(
    path: string,
    options?: { recursive?: boolean; force?: boolean },
  ): Promise<void> {
    await super.rm(await this.#followParentLinks(path), options);
  }

  /** The path itself without links; what does not exist yet is kept as it is written. */
  async #followLinks(path: string): Promise<string> {
    return (await this.exists(path)) ? this.realpath(path) : this.#followParentLinks(path);
  }

  async #followParentLinks(path: string): Promise<string> {
    const absolute = posix.resolve("/", path);
    const missing: string[] = [];
    let known = absolute;
    do {
      if (known === "/") break;
      missing.unshift(posix.basename(known));
      known = posix.dirname(known);
    } while (!(await this.exists(known)));
    const parent = known === "/" ? "/" : await this.realpath(known);
    return posix.join(parent, ...missing);
  }
}
