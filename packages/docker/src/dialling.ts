import { addAbortSignal, type Duplex, type Readable } from "node:stream";
import { text } from "node:stream/consumers";

/** The part of a request's description that matters here; the client library's own form. */
interface DialOptions {
  /** Hand the answer over as a stream. */
  isStream?: boolean;
  /** Leave HTTP and hand the connection over. */
  hijack?: boolean;
  abortSignal?: AbortSignal | undefined;
}

type DialCallback = (error: unknown, answer?: unknown) => void;

/** The part of docker-modem that sends requests. */
export interface Modem {
  dial(options: DialOptions, callback: DialCallback): void;
}

/**
 * A view of a modem for one call. Every answer is read as a stream, because docker-modem waits for ever where the
 * connection breaks within an answer that it reads itself; and `signal` ends the answer as well as the request.
 *
 * @param onConnection Is handed each connection that leaves HTTP.
 */
export function dialling(
  modem: Modem,
  signal: AbortSignal | undefined,
  onConnection: (connection: Duplex) => void = () => {},
): Modem {
  const view: Modem = Object.create(modem);
  view.dial = (options, callback) => {
    modem.dial({ ...options, isStream: true, abortSignal: signal }, (error, answer) => {
      if (error) return callback(error);
      if (options.hijack) {
        onConnection(answer as Duplex);
        return callback(null, answer);
      }
      const body = answer as Readable;
      if (signal !== undefined) addAbortSignal(signal, body);
      if (options.isStream) return callback(null, body);
      text(body).then((json) => callback(null, parse(json)), callback);
    });
  };
  return view;
}

/** A few answers, such as the one to a ping, are plain text. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
