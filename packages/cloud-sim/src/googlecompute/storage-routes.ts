import { randomUUID } from "node:crypto";
import { ApiError } from "../frame/errors.ts";
import type { Exchange } from "../frame/exchange.ts";
import type { Route } from "../frame/router.ts";
import type { Cloud } from "./cloud.ts";
import { splitMultipart } from "./multipart.ts";

/** The largest object that can be put into a bucket, in bytes. */
const MAX_OBJECT_BYTES = 256 * 1024 * 1024;

/** An upload in parts that has begun. */
interface Session {
  bucket: string;
  name: string;
  parts: Buffer[];
  size: number;
  /** The object, once it is whole: who lost the last answer asks again. */
  whole?: object;
}

/** The routes of Cloud Storage that uploads and exports need, and of the endpoint that gives out tokens. */
export function storageRoutes(cloud: Cloud): Route[] {
  const { buckets } = cloud;
  const sessions = new Map<string, Session>();
  const bucket = (exchange: Exchange): string => exchange.parameter("bucket");
  const object = (exchange: Exchange): string => exchange.parameter("object");
  const route = (endpoint: string, operation: string, handle: Route["handle"]): Route => {
    const [method = "", path = ""] = endpoint.split(" ");
    return { method, path, operation, handle };
  };
  return [
    route("POST /token", "oauth2.token", (exchange) => {
      const access_token = cloud.tokens.issue();
      exchange.sendJson(200, { access_token, expires_in: 3600, token_type: "Bearer" });
    }),
    route("GET /storage/v1/b/{bucket}", "buckets.get", (exchange) =>
      exchange.sendJson(200, buckets.bucket(bucket(exchange))),
    ),
    route("GET /storage/v1/b/{bucket}/o/{object}", "objects.get", (exchange) => {
      if (exchange.field("alt") !== "media") {
        return exchange.sendJson(200, buckets.get(bucket(exchange), object(exchange)));
      }
      const content = buckets.content(bucket(exchange), object(exchange));
      exchange.response.writeHead(200, { "content-length": content.byteLength }).end(content);
    }),
    route("DELETE /storage/v1/b/{bucket}/o/{object}", "objects.delete", (exchange) => {
      buckets.delete(bucket(exchange), object(exchange));
      exchange.sendEmpty(204);
    }),
    route("POST /upload/storage/v1/b/{bucket}/o", "objects.insert", (exchange) =>
      exchange.field("uploadType") === "resumable"
        ? beginUpload(cloud, sessions, exchange)
        : uploadAtOnce(cloud, exchange),
    ),
    route("PUT /upload/storage/v1/b/{bucket}/o", "objects.insertPart", (exchange) =>
      continueUpload(cloud, sessions, exchange),
    ),
  ];
}

async function uploadAtOnce({ buckets }: Cloud, exchange: Exchange): Promise<void> {
  const bytes = await exchange.readBytes(MAX_OBJECT_BYTES);
  const type = exchange.request.headers["content-type"] ?? "";
  const { metadata, content } = type.startsWith("multipart/related")
    ? splitMultipart(bytes, type)
    : { metadata: {}, content: bytes };
  const name = exchange.field("name") || String(metadata["name"] ?? "");
  exchange.sendJson(200, buckets.put(exchange.parameter("bucket"), name, content));
}

async function beginUpload(
  { buckets }: Cloud,
  sessions: Map<string, Session>,
  exchange: Exchange,
): Promise<void> {
  const body = await exchange.readJson();
  const bucket = exchange.parameter("bucket");
  buckets.bucket(bucket);
  const name = exchange.field("name") || String(body["name"] ?? "");
  if (exchange.field("ifGenerationMatch") === "0" && buckets.has(bucket, name)) {
    throw new ApiError(412, "conditionNotMet", "At least one of the pre-conditions did not hold.");
  }
  const id = randomUUID();
  sessions.set(id, { bucket, name, parts: [], size: 0 });
  const { host } = exchange.request.headers;
  const location = `http://${host}${exchange.path}?uploadType=resumable&upload_id=${id}`;
  exchange.response.setHeader("location", location);
  exchange.sendEmpty(200);
}

/** Takes a part, `Content-Range: bytes 0-99/100`; without bytes, it tells how far an upload has got. */
async function continueUpload(
  { buckets }: Cloud,
  sessions: Map<string, Session>,
  exchange: Exchange,
): Promise<void> {
  const session = sessions.get(exchange.field("upload_id"));
  if (session === undefined) throw new ApiError(404, "notFound", "No such upload session.");
  if (session.whole !== undefined) return exchange.sendJson(200, session.whole);
  const part = await exchange.readBytes(MAX_OBJECT_BYTES - session.size);
  const range =
    exchange.request.headers["content-range"] ?? `bytes 0-${part.length - 1}/${part.length}`;
  // `bytes 0-*/*` is all that there is: its sender did not know how much that would be.
  const [, first, last, total] = /^bytes (?:(\d+)-(\d+|\*)|\*)\/(\d+|\*)$/.exec(range) ?? [];
  if (first !== undefined && Number(first) !== session.size) {
    throw new ApiError(400, "invalid", `The part begins at ${first}, expected ${session.size}.`);
  }
  if (first !== undefined) session.parts.push(part);
  session.size += first === undefined ? 0 : part.length;
  if (last === "*" || total === String(session.size)) {
    session.whole = buckets.put(session.bucket, session.name, Buffer.concat(session.parts));
    session.parts = [];
    return exchange.sendJson(200, session.whole);
  }
  if (session.size > 0) exchange.response.setHeader("range", `bytes=0-${session.size - 1}`);
  exchange.sendEmpty(308);
}
