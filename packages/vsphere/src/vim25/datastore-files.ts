import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { isFault, VSphereError } from "../errors.ts";
import { propertiesOf } from "./property-collector.ts";
import { type ManagedObjectReference, referenceXml } from "./reference.ts";
import type { VimSession } from "./session.ts";
import { runTask } from "./tasks.ts";

/** A datastore, with the datacenter that its paths belong to. */
export interface DatastoreAddress {
  readonly reference: ManagedObjectReference;
  readonly name: string;
  readonly datacenter: { readonly reference: ManagedObjectReference; readonly path: string };
}

/** A path as vSphere writes it, such as `[datastore1] iso/debian.iso`. */
export function datastorePath({ name }: { readonly name: string }, path: string): string {
  return path === "" ? `[${name}]` : `[${name}] ${path}`;
}

/** The names of the files in a folder of a datastore that fit a pattern such as `debian*.iso`; none where there is no such folder. */
export async function searchDatastore(
  session: VimSession,
  datastore: DatastoreAddress,
  folder: string,
  pattern: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const properties = await propertiesOf(session, datastore.reference, ["browser"], { signal });
  const browser = properties.get("browser")?.reference;
  if (browser === undefined) {
    throw new VSphereError("BAD_ANSWER", `the datastore ${datastore.name} cannot be browsed`);
  }
  const parameters = {
    datastorePath: datastorePath(datastore, folder),
    searchSpec: { matchPattern: pattern },
  };
  try {
    const result = await runTask(session, "SearchDatastore_Task", browser, parameters, signal);
    return (result?.children("file") ?? []).map((file) => file.childText("path") ?? "");
  } catch (error) {
    if (isFault(error, "FileNotFound")) return [];
    throw error;
  }
}

/** Makes a folder, and those above it; one that is there already is no error. */
export async function makeDirectory(
  session: VimSession,
  datastore: DatastoreAddress,
  path: string,
): Promise<void> {
  const { fileManager } = await session.content();
  try {
    await session.call("MakeDirectory", fileManager, {
      name: datastorePath(datastore, path),
      datacenter: referenceXml(datastore.datacenter.reference),
      createParentDirectories: true,
    });
  } catch (error) {
    if (!isFault(error, "FileAlreadyExists")) throw error;
  }
}

/** Removes a file; one that is gone already is no error. */
export async function deleteDatastoreFile(
  session: VimSession,
  datastore: DatastoreAddress,
  path: string,
): Promise<void> {
  const { fileManager } = await session.content();
  try {
    await runTask(session, "DeleteDatastoreFile_Task", fileManager, {
      name: datastorePath(datastore, path),
      datacenter: referenceXml(datastore.datacenter.reference),
    });
  } catch (error) {
    if (!isFault(error, "FileNotFound")) throw error;
  }
}

/** Gives a file another name, over whatever has that name. */
export async function moveDatastoreFile(
  session: VimSession,
  datastore: DatastoreAddress,
  from: string,
  to: string,
): Promise<void> {
  const { fileManager } = await session.content();
  await runTask(session, "MoveDatastoreFile_Task", fileManager, {
    sourceName: datastorePath(datastore, from),
    sourceDatacenter: referenceXml(datastore.datacenter.reference),
    destinationName: datastorePath(datastore, to),
    destinationDatacenter: referenceXml(datastore.datacenter.reference),
    force: true,
  });
}

/** A file of this machine that is uploaded. */
export interface Upload {
  readonly file: string;
  /** In bytes. */
  readonly size: number;
  /** Is told the bytes as they are sent. */
  readonly progress: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Uploads a file, which is streamed; one of that name is overwritten. Source: govmomi `object/datastore.go`.
 *
 * @throws {VSphereError} `FAULT` where the datastore does not take it, as when it is full; `CONNECTION_LOST`.
 */
export async function uploadToDatastore(
  session: VimSession,
  datastore: DatastoreAddress,
  path: string,
  upload: Upload,
): Promise<void> {
  await session.renewing(() => sendFile(session, datastore, path, upload));
}

async function sendFile(
  session: VimSession,
  datastore: DatastoreAddress,
  path: string,
  { file, size, progress, signal }: Upload,
): Promise<void> {
  const stream = Readable.from(counted(file, progress), { objectMode: false });
  const query = new URLSearchParams({ dcPath: datastore.datacenter.path, dsName: datastore.name });
  const response = await session.file({
    method: "PUT",
    path: `/folder/${path.split("/").map(encodeURIComponent).join("/")}?${query}`,
    headers: { "content-type": "application/octet-stream" },
    body: { stream, size },
    signal,
  });
  response.resume();
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return;
  throw new VSphereError(
    "FAULT",
    `the datastore ${datastore.name} did not take the file ${path}: HTTP ${status} ${response.statusMessage ?? ""}; check that it has room, and that the user may upload to it`,
    { fault: HTTP_FAULTS[status] ?? `HTTP ${status}` },
  );
}

/** What vSphere calls the refusals that uploads meet as statuses of HTTP. */
const HTTP_FAULTS: Readonly<Record<number, string>> = {
  401: "NotAuthenticated",
  403: "NoPermission",
  507: "NoDiskSpace",
};

async function* counted(file: string, progress: Upload["progress"]): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 })) {
    progress(chunk.length);
    yield chunk;
  }
}
