import type { IncomingMessage } from "node:http";
import { ApiError } from "../frame/errors.ts";
import { Datacenter, type Datastore } from "./inventory.ts";
import type { VCenter } from "./vcenter.ts";

/**
 * Takes a file that is uploaded to a datastore: `PUT /folder/<path>?dcPath=…&dsName=…`. Only its size is kept. What
 * came before a connection broke stays, as on a real datastore.
 *
 * @throws {ApiError} 404 for an unknown datastore, 507 where it is full.
 */
export async function takeUpload(
  vcenter: VCenter,
  request: IncomingMessage,
  url: URL,
): Promise<void> {
  const datastore = datastoreOf(vcenter, url);
  const path = decodeURIComponent(url.pathname.replace(/^\/folder\//, ""));
  if (path === "" || path.split("/").includes("..")) {
    throw new ApiError(400, "Bad Request", "the path is not one of a file");
  }
  datastore.files.delete(path);
  const { free } = datastore;
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > free) {
      datastore.files.delete(path);
      throw new ApiError(507, "Insufficient Storage", "the datastore is full");
    }
    datastore.files.set(path, { size, content: undefined });
  }
  datastore.files.set(path, { size, content: undefined });
}

function datastoreOf(vcenter: VCenter, { searchParams }: URL): Datastore {
  const datacenter = vcenter.entityAt(searchParams.get("dcPath") ?? "");
  const name = searchParams.get("dsName");
  const found =
    datacenter instanceof Datacenter
      ? datacenter.datastores.find((datastore) => datastore.name === name)
      : undefined;
  if (found !== undefined) return found;
  throw new ApiError(404, "Not Found", `there is no datastore ${name}`);
}
