import { posix } from "node:path";
import { ApiError } from "../frame/errors.ts";
import type { Exchange } from "../frame/exchange.ts";
import type { Machine } from "../machine/machine.ts";
import type { SnapshotEntry } from "../machine/snapshot.ts";
import { type NamedEntry, packTar, type TarEntry } from "../machine/tar.ts";
import type { Engine } from "./engine.ts";
import { readArchive } from "./image-transfer-operations.ts";
import type { Operations } from "./route.ts";

/** Bits of Go's `os.FileMode` that are not permissions. */
const GO_MODE = {
  directory: 2 ** 31,
  symlink: 2 ** 27,
  setuid: 2 ** 23,
  setgid: 2 ** 22,
  sticky: 2 ** 20,
};

/** The files of containers, as tar archives. */
export function containerFileOperations({ containers }: Engine): Operations {
  const machineOf = (exchange: Exchange) =>
    containers.resolve(exchange.parameter("id")).machine.open();
  return {
    ContainerExport: [
      "GET /containers/{id}/export",
      async (exchange) => {
        const files = await containers.resolve(exchange.parameter("id")).machine.snapshot();
        const entries = files.map((entry) => ({ name: entry.path.slice(1), entry }));
        exchange.response.writeHead(200, { "content-type": "application/octet-stream" });
        await exchange.sendStream(packTar(entries));
      },
    ],
    ContainerArchiveInfo: [
      "HEAD /containers/{id}/archive",
      async (exchange) => {
        const found = await findPath(exchange, await machineOf(exchange));
        exchange.response.writeHead(200, { "x-docker-container-path-stat": pathStat(found) }).end();
      },
    ],
    ContainerArchive: [
      "GET /containers/{id}/archive",
      async (exchange) => sendPath(exchange, await machineOf(exchange)),
    ],
    PutContainerArchive: [
      "PUT /containers/{id}/archive",
      async (exchange) => extractTo(exchange, await machineOf(exchange)),
    ],
  };
}

/** A path that was asked for, and what is there. */
interface FoundPath {
  /** The name that it gets in an archive; `.` where the content of a folder is wanted. */
  name: string;
  entry: SnapshotEntry;
}

/** A link at the end of a path is followed only where the path ends in `/` or `/.`. */
async function findPath(exchange: Exchange, machine: Machine): Promise<FoundPath> {
  const asked = exchange.field("path");
  if (asked === "") throw new ApiError(400, "no_path", "bad parameter: pathcannot be empty");
  const path = posix.resolve("/", asked);
  const follows = /\/\.?$/.test(asked);
  const entry =
    path === "/"
      ? ({ type: "directory", path, mode: 0o755, modifiedAt: new Date(0) } as const)
      : await (follows ? machine.find(path) : machine.findLink(path));
  if (entry === undefined) {
    throw new ApiError(
      404,
      "not_found",
      `Could not find the file ${asked} in container ${exchange.parameter("id")}`,
    );
  }
  const isContent = asked.endsWith("/.") || path === "/";
  return { name: isContent ? "." : posix.basename(path), entry };
}

/** Source: `ContainerPathStat` of the Engine API. */
function pathStat({ name, entry }: FoundPath): string {
  const size = entry.type === "file" ? entry.content.byteLength : 4096;
  const stat = {
    name: entry.path === "/" ? "/" : name,
    size,
    mode: goMode(entry),
    mtime: entry.modifiedAt.toISOString(),
    linkTarget:
      entry.type === "symlink" ? posix.resolve(posix.dirname(entry.path), entry.target) : "",
  };
  return Buffer.from(JSON.stringify(stat)).toString("base64");
}

function goMode({ type, mode }: SnapshotEntry): number {
  return (
    (mode & 0o777) +
    (type === "directory" ? GO_MODE.directory : 0) +
    (type === "symlink" ? GO_MODE.symlink : 0) +
    (mode & 0o4000 ? GO_MODE.setuid : 0) +
    (mode & 0o2000 ? GO_MODE.setgid : 0) +
    (mode & 0o1000 ? GO_MODE.sticky : 0)
  );
}

async function sendPath(exchange: Exchange, machine: Machine): Promise<void> {
  const found = await findPath(exchange, machine);
  const { name, entry } = found;
  const root = entry.path === "/" ? "" : entry.path;
  const below = entry.type === "directory" ? await machine.snapshot() : [];
  const entries: NamedEntry[] = [
    { name, entry },
    ...below
      .filter(({ path }) => path.startsWith(`${root}/`))
      .map((inner) => ({ name: name + inner.path.slice(root.length), entry: inner })),
  ];
  exchange.response.writeHead(200, {
    "content-type": "application/x-tar",
    "x-docker-container-path-stat": pathStat(found),
  });
  await exchange.sendStream(packTar(entries));
}

async function extractTo(exchange: Exchange, machine: Machine): Promise<void> {
  const { entry: folder } = await findPath(exchange, machine);
  const target = folder.type === "symlink" ? await machine.find(folder.path) : folder;
  if (target?.type !== "directory") {
    throw new ApiError(500, "not_a_directory", "extraction point is not a directory");
  }
  const entries = await readArchive(exchange);
  for (const entry of entries) await extract(machine, target.path, entry);
  exchange.sendEmpty(200);
}

async function extract(machine: Machine, folder: string, entry: TarEntry): Promise<void> {
  const path = posix.join(folder, entry.path);
  if (path === posix.resolve(folder)) return;
  if (entry.type !== "hardlink") return machine.write({ ...entry, path });
  const linked = await machine.find(posix.join(folder, entry.target));
  if (linked !== undefined) await machine.write({ ...linked, path });
}
