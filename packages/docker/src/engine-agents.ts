import { type AgentOptions, type ClientRequestArgs, Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { inspect } from "node:util";

/** Connections are not kept: a build makes few calls, and one that the engine has closed meanwhile fails the next. */
const ONCE = { keepAlive: false } satisfies AgentOptions;

/** How much is read at a time, in bytes: all that a socket holds, so that both sides wake up less often. */
const READ_SIZE = 256 * 1024;

/** Who opens the connections to an engine. */
export interface EngineAgents {
  /** For calls that leave HTTP and take the connection over. */
  readonly hijacking: HttpAgent;
  /** For all others. */
  readonly reading: HttpAgent;
}

/** The agents for one protocol. */
export function engineAgents(protocol: "http" | "https"): EngineAgents {
  if (protocol === "http") return { hijacking: new HttpAgent(ONCE), reading: new ReadingAgent() };
  const agent = new HttpsAgent(ONCE);
  return { hijacking: agent, reading: agent };
}

type Created = (error: Error | null, connection: Duplex) => void;

/**
 * Reads each connection into one buffer, again and again. A new buffer for each read, which is what Node takes, costs
 * more than all else that is done with a container's files; Node's HTTP parser copies what it hands on.
 */
class ReadingAgent extends HttpAgent {
  constructor() {
    super(ONCE);
  }

  override createConnection(options: ClientRequestArgs, created?: Created) {
    const onread = {
      buffer: Buffer.allocUnsafe(READ_SIZE),
      callback(size: number, buffer: Uint8Array): boolean {
        (connection as Socket).emit("data", (buffer as Buffer).subarray(0, size));
        return true;
      },
    };
    const connection = super.createConnection({ ...options, onread } as ClientRequestArgs, created);
    return connection;
  }

  /** The client library describes every request at full depth, whether or not anybody reads it. */
  [inspect.custom](): string {
    return "[ReadingAgent]";
  }
}
