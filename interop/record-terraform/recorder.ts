import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { RecordedCall } from "../fixtures/registry/terraform-recording.ts";

/** Stands before a registry, and records what goes through. */
export interface Recorder extends AsyncDisposable {
  /** Host and port. */
  readonly address: string;
  /** What the client calls itself, at the longest. */
  readonly client: string;
  /** What was recorded since the last time. */
  take(): RecordedCall[];
}

/** @param url The registry's, without HTTPS. */
export async function startRecorder(url: string): Promise<Recorder> {
  let calls: RecordedCall[] = [];
  let client = "";
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const answered = await fetch(url + request.url, {
      method: request.method ?? "GET",
      headers: headersOf(request),
      ...(body === "" ? {} : { body }),
    });
    const answer = await answered.text();
    calls.push({
      method: request.method ?? "GET",
      path: request.url ?? "",
      ...(body === "" ? {} : { body: JSON.parse(body) }),
      status: answered.status,
      answer: JSON.parse(answer),
    });
    const name = String(request.headers["x-hcp-source-channel"] ?? "");
    if (name.length > client.length) client = name;
    response.writeHead(answered.status, { "content-type": "application/json" }).end(answer);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get client() {
      return client;
    },
    take: () => {
      const taken = calls;
      calls = [];
      return taken;
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return {
    authorization: headers.authorization ?? "",
    "content-type": headers["content-type"] ?? "application/json",
  };
}
