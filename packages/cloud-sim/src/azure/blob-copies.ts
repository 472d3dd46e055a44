import { randomUUID } from "node:crypto";
import { ApiError } from "../frame/errors.ts";
import type { Exchange } from "../frame/exchange.ts";
import type { Resources } from "./resources.ts";

/** What storage is copying, or has copied, by itself. */
export interface BlobCopy {
  id: string;
  source: string;
  endsAt: number;
  isAborted: boolean;
  size: number;
}

type Place = readonly [account: string, container: string, name: string];

/** Begins to copy a disk that is open for reading to a blob. */
export function startCopy(
  resources: Resources,
  exchange: Exchange,
  place: Place,
  source: string,
): void {
  const [account, container] = place;
  if (!resources.blobs.hasContainer(account, container)) {
    throw new ApiError(404, "ContainerNotFound", "The specified container does not exist.");
  }
  const disk = resources.all().find(({ access }) => access === source);
  if (disk === undefined) {
    throw new ApiError(403, "CannotVerifyCopySource", "The copy source cannot be read.");
  }
  const content = Buffer.from(`The disk ${disk.id}\n`);
  resources.blobs.put(...place, content);
  const copy: BlobCopy = {
    id: randomUUID(),
    source: source.replace(/\?.*/, ""),
    endsAt: performance.now() + resources.options.operationMs,
    isAborted: false,
    size: content.byteLength,
  };
  resources.blobs.copies.set(place.join("/"), copy);
  exchange.response
    .writeHead(202, { "x-ms-copy-id": copy.id, "x-ms-copy-status": "pending", "content-length": 0 })
    .end();
}

/** Ends a copy that is under way; what is there of the blob stays, and is empty. */
export function abortCopy(resources: Resources, exchange: Exchange, place: Place): void {
  const copy = resources.blobs.copies.get(place.join("/"));
  if (copy === undefined || copy.isAborted || copy.endsAt <= performance.now()) {
    throw new ApiError(409, "NoPendingCopyOperation", "There is no pending copy operation.");
  }
  copy.isAborted = true;
  resources.blobs.put(...place, Buffer.alloc(0));
  exchange.response.writeHead(204).end();
}

/** What a blob's headers say of where it was copied from. */
export function copyHeaders(resources: Resources, place: Place): Record<string, string> {
  const copy = resources.blobs.copies.get(place.join("/"));
  if (copy === undefined) return {};
  const isDone = copy.endsAt <= performance.now();
  return {
    "x-ms-copy-id": copy.id,
    "x-ms-copy-source": copy.source,
    "x-ms-copy-status": copy.isAborted ? "aborted" : isDone ? "success" : "pending",
    "x-ms-copy-progress": `${isDone ? copy.size : 0}/${copy.size}`,
  };
}
