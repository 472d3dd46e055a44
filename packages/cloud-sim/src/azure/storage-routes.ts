import { ApiError } from "../frame/errors.ts";
import type { Exchange } from "../frame/exchange.ts";
import type { Route } from "../frame/router.ts";
import { abortCopy, copyHeaders, startCopy } from "./blob-copies.ts";
import { nameOf, pathOf } from "./resource-routes.ts";
import type { Resources } from "./resources.ts";

const ACCOUNT = "Microsoft.Storage/storageAccounts";
/** Stands before the paths of blobs in the routes. No request's own path can begin with it: it has a blank. */
export const BLOBS = "/ blobs";
const MAX_BLOB_BYTES = 64 * 1024 * 1024;

/** The keys of storage accounts, and the blobs in them: a blob is at `/<account>/<container>/<name>`. */
export function storageRoutes(resources: Resources): Route[] {
  const { blobs } = resources;
  const at = (exchange: Exchange) =>
    [exchange.parameter("account"), exchange.parameter("container")] as const;
  const blob = (exchange: Exchange) => [...at(exchange), exchange.parameter("blob")] as const;
  const route = (endpoint: string, operation: string, handle: Route["handle"]): Route => {
    const blank = endpoint.indexOf(" ");
    const [method, path] = [endpoint.slice(0, blank), endpoint.slice(blank + 1)];
    return { method, path, operation, handle };
  };
  return [
    route(`POST ${pathOf(ACCOUNT)}/listKeys`, "StorageAccounts_ListKeys", (exchange) => {
      const { names } = resources.get(nameOf(exchange, ACCOUNT));
      const keys = blobs.keys(names[0] ?? "").map((value, index) => ({
        keyName: `key${index + 1}`,
        value,
        permissions: "FULL",
      }));
      exchange.sendJson(200, { keys });
    }),
    route(`PUT ${BLOBS}/{account}/{container}`, "Container_Create", (exchange) => {
      const isNew = blobs.addContainer(...at(exchange));
      if (!isNew) throw new ApiError(409, "ContainerAlreadyExists", "The container exists.");
      exchange.sendEmpty(201);
    }),
    route(`GET ${BLOBS}/{account}/{container}`, "Container_GetProperties", (exchange) => {
      if (!blobs.hasContainer(...at(exchange))) {
        throw new ApiError(404, "ContainerNotFound", "The specified container does not exist.");
      }
      exchange.sendEmpty(200);
    }),
    route(`GET ${BLOBS}/{account}/{container}/{blob+}`, "Blob_Get", (exchange) => {
      const content = blobs.get(...blob(exchange));
      if (content === undefined) throw blobNotFound();
      exchange.response.writeHead(200, blobHeaders(content)).end(content);
    }),
    route(`HEAD ${BLOBS}/{account}/{container}/{blob+}`, "Blob_GetProperties", (exchange) => {
      const content = blobs.get(...blob(exchange));
      if (content === undefined) throw blobNotFound();
      const headers = { ...blobHeaders(content), ...copyHeaders(resources, blob(exchange)) };
      exchange.response.writeHead(200, headers).end();
    }),
    route(`PUT ${BLOBS}/{account}/{container}/{blob+}`, "Blob_Put", async (exchange) => {
      if (exchange.field("comp") === "lease") throw noLease();
      if (exchange.field("comp") === "copy") return abortCopy(resources, exchange, blob(exchange));
      const source = exchange.request.headers["x-ms-copy-source"];
      if (source !== undefined) {
        return startCopy(resources, exchange, blob(exchange), String(source));
      }
      blobs.put(...blob(exchange), await exchange.readBytes(MAX_BLOB_BYTES));
      exchange.sendEmpty(201);
    }),
    route(`DELETE ${BLOBS}/{account}/{container}/{blob+}`, "Blob_Delete", (exchange) => {
      if (!blobs.delete(...blob(exchange))) throw blobNotFound();
      exchange.sendEmpty(202);
    }),
  ];
}

function blobHeaders(content: Buffer): Record<string, string | number> {
  return {
    "content-type": "application/octet-stream",
    "content-length": content.byteLength,
    "x-ms-blob-type": "PageBlob",
    etag: `"0x${content.byteLength.toString(16)}"`,
    "last-modified": new Date(0).toUTCString(),
  };
}

function blobNotFound(): ApiError {
  return new ApiError(404, "BlobNotFound", "The specified blob does not exist.");
}

function noLease(): ApiError {
  return new ApiError(
    409,
    "LeaseNotPresentWithLeaseOperation",
    "There is currently no lease on the blob.",
  );
}

/** An error's body, as storage writes it. */
export function storageErrorBody({ code, message }: ApiError): string {
  const text = message.replace(/[<>&]/g, (mark) => `&#${mark.charCodeAt(0)};`);
  return `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${text}</Message></Error>`;
}

/**
 * Refuses a request for a blob that is not signed for its account, by a shared key or in the URL. Whether the
 * signature is right is not looked at.
 */
export function checkStorageAccess(account: string, url: string, authorization: string): void {
  if (new URLSearchParams(url.split("?", 2)[1]).has("sig")) return;
  if (authorization.startsWith(`SharedKey ${account}:`)) return;
  throw new ApiError(
    403,
    "AuthenticationFailed",
    "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.",
  );
}
