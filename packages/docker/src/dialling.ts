import type { Agent } from "node:http";
import { addAbortSignal, type Duplex, type Readable } from "node:stream";
import type { EngineAgents } from "./engine-agents.ts";

/** The part of a request's description that matters here; the client library's own form. */
interface DialOptions {
  path: string;
  method: string;
  headers?: Record<string, string>;
  /** What statuses mean; those that are `true` are good. */
  statusCodes: Record<number, string | true>;
  /** Hand the answer over as a stream. */
  isStream?: boolean;
  /** Leave HTTP and hand the connection over. */
  hijack?: boolean;
  abortSignal?: AbortSignal | undefined;
}

/** The longest answer that is read into memory, in bytes; a list of ten thousand images has a tenth of it. */
const MAX_ANSWER = 64 * 1024 * 1024;

type DialCallback = (error?: unknown, answer?: unknown) => void;

/** The part of docker-modem that sends requests. */
export interface Modem {
  agent?: Agent;
  dial(options: DialOptions, callback: DialCallback): void;
}

/**
 * A view of a modem for one call. Every answer is read as a stream, because docker-modem waits for ever where the
 * connection breaks within an answer that it reads itself; and `signal` ends the answer as well as the request.
 */
export function dialling(
  modem: Modem,
  { hijacking, reading }: EngineAgents,
  signal: AbortSignal | undefined,
): Modem {
  const view: Modem = Object.create(modem);
  view.dial = (options, callback) => {
    const caller: Modem = Object.create(modem);
    caller.agent = options.hijack ? hijacking : reading;
    caller.dial({ ...options, isStream: true, abortSignal: signal }, (error, answer) => {
      if (error) return callback(error);
      if (options.hijack) return callback(null, answer);
      const body = answer as Readable;
      if (signal !== undefined) addAbortSignal(signal, body);
      if (options.isStream) return callback(null, body);
      readAll(body).then((text) => callback(null, parse(text)), callback);
    });
  };
  return view;
}

/** Asks for a connection that leaves HTTP. */
export function openConnection(
  { modem }: { modem: Modem },
  path: string,
  headers: Record<string, string>,
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    modem.dial(
      { method: "POST", path, headers, hijack: true, statusCodes: {} },
      (error, connection) => (error ? reject(error) : resolve(connection as Duplex)),
    );
  });
}

async function readAll(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER) throw new Error(`the answer has more than ${MAX_ANSWER} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** A few answers, such as the one to a ping, are plain text. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
