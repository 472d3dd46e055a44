import { randomUUID } from "node:crypto";
import { performServerHandshake, type ServerHttp2Stream } from "node:http2";
import type { Duplex } from "node:stream";
import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";
import { isSameRegistry } from "./image-reference.ts";
import type { RegistryCredentials } from "./registry-credentials.ts";

/** What BuildKit may ask of its client while it builds. The other things that it knows to ask for are declined. */
const CREDENTIALS = "/moby.filesync.v1.Auth/Credentials";
const HEALTH = "/grpc.health.v1.Health/Check";

/** gRPC's status codes. */
const OK = "0";
const UNIMPLEMENTED = "12";

/** gRPC's health status `SERVING`. */
const SERVING = 1;

/** The longest question that is read, in bytes. */
const MAX_QUESTION = 64 * 1024;

/** The headers of the request that opens a session, and the id by which a build names it. */
export function newSession(): { id: string; headers: Record<string, string> } {
  const id = randomUUID();
  return {
    id,
    headers: {
      Upgrade: "h2c",
      "X-Docker-Expose-Session-Uuid": id,
      "X-Docker-Expose-Session-Name": "packerkit",
      "X-Docker-Expose-Session-Grpc-Method": CREDENTIALS,
    },
  };
}

/**
 * Answers BuildKit on a session's connection, which it speaks gRPC over. Credentials are told only for the registry
 * that they are for. Ends with the connection.
 *
 * Source: moby/buildkit `session/grpc.go`, `session/auth/auth.proto`; `grpc.health.v1`.
 */
export function serveSession(
  connection: Duplex,
  credentials: RegistryCredentials | undefined,
): void {
  const session = performServerHandshake(connection);
  session.on("error", () => connection.destroy());
  session.on("stream", (stream, headers) => {
    stream.on("error", () => {}); // whoever asked is gone
    void answer(stream, String(headers[":path"]), credentials);
  });
}

async function answer(
  stream: ServerHttp2Stream,
  method: string,
  credentials: RegistryCredentials | undefined,
): Promise<void> {
  try {
    const question = await readMessage(stream);
    if (method === HEALTH) {
      send(stream, new BinaryWriter().tag(1, 0).int32(SERVING).finish());
    } else if (method === CREDENTIALS) {
      send(stream, credentialsFor(readHost(question), credentials));
    } else {
      const refusal = { "grpc-status": UNIMPLEMENTED, "grpc-message": "not offered" };
      stream.respond({ "content-type": "application/grpc", ...refusal }, { endStream: true });
    }
  } catch {
    stream.close();
  }
}

/** A message is preceded by a flag for compression and its length. */
async function readMessage(stream: ServerHttp2Stream): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_QUESTION) throw new Error("the question is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).subarray(5);
}

function send(stream: ServerHttp2Stream, message: Uint8Array): void {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": OK }));
  stream.respond({ "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.end(Buffer.concat([prefix, message]));
}

function readHost(question: Uint8Array): string {
  const reader = new BinaryReader(question);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 1) return reader.string();
    reader.skip(type);
  }
  return "";
}

/** No credentials mean that the registry is asked without. */
function credentialsFor(host: string, credentials: RegistryCredentials | undefined): Uint8Array {
  const answer = new BinaryWriter();
  if (credentials !== undefined && isSameRegistry(host, credentials.serveraddress)) {
    answer.tag(1, 2).string(credentials.username).tag(2, 2).string(credentials.password);
  }
  return answer.finish();
}
