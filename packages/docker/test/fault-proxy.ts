import { chmod, mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * What becomes of a call: `error` answers 500 and asks the engine nothing; `drop` cuts the connection before the
 * engine hears of it; `dropEarly` cuts it while the engine begins to act; `dropAfter` lets the engine finish and loses
 * its answer; `dropWithin` cuts the answer short.
 */
export const FAULTS = ["error", "drop", "dropEarly", "dropAfter", "dropWithin"] as const;
export type Fault = (typeof FAULTS)[number];

/**
 * The places of the calls to let fail in one build out of several, 1 being the first. What a lost connection does is up
 * to the call: where `known` has the calls of another build, only those are struck that it does not make. An answer of
 * `error` strikes each, since what is left to clean up then is up to the build.
 */
export function placesToStrike(
  fault: Fault,
  calls: readonly string[],
  known: readonly string[] = [],
): number[] {
  const left = known.map(withoutIds);
  return calls.flatMap((call, index) => {
    const place = left.indexOf(withoutIds(call));
    if (place !== -1) left.splice(place, 1);
    return place === -1 || fault === "error" ? [index + 1] : [];
  });
}

function withoutIds(call: string): string {
  return call.replaceAll(/[0-9a-f]{16,}/g, "*");
}

/** A proxy in front of an engine, for one build. */
export interface FaultProxy extends AsyncDisposable {
  /** For `docker_host`. */
  readonly address: string;
  /** The calls so far, such as `POST /containers/create`, without queries. */
  readonly calls: readonly string[];
}

/** What the proxy does at the n-th call, 1 being the first; nothing by default. */
export type Decide = (call: number) => Fault | undefined;

const ERROR_BODY = JSON.stringify({ message: "a fault was injected" });
const ERROR_ANSWER = `HTTP/1.1 500 Internal Server Error\r\ncontent-type: application/json\r\ncontent-length: ${ERROR_BODY.length}\r\nconnection: close\r\n\r\n${ERROR_BODY}`;

/**
 * Starts a proxy on a private unix socket. The client under test opens a connection for each call, so that a
 * connection is a call.
 *
 * @param calls Where the calls are noted, for `decide` to look at.
 */
export async function startFaultProxy(
  target: string,
  decide: Decide,
  calls: string[] = [],
): Promise<FaultProxy> {
  const folder = await mkdtemp(join(tmpdir(), "packerkit-proxy-"));
  const socketPath = join(folder, "engine.sock");
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    track(client, open);
    client.once("data", (first) => {
      const name = /^(\w+) ([^ ?]+)/.exec(first.toString("latin1"))?.slice(1, 3).join(" ") ?? "?";
      const fault = decide(calls.push(name));
      client.pause();
      client.unshift(first);
      serve(client, target, fault, name, open);
    });
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  await chmod(socketPath, 0o600);
  return {
    address: `unix://${socketPath}`,
    calls,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function serve(
  client: Socket,
  target: string,
  fault: Fault | undefined,
  name: string,
  open: Set<Socket>,
): void {
  if (fault === "drop") return void client.destroy();
  if (fault === "error") {
    client.resume();
    return void client.end(ERROR_ANSWER);
  }
  const engine = connect({ path: target.replace(/^unix:\/\//, ""), allowHalfOpen: true });
  track(engine, open);
  client.pipe(engine);
  if (fault === "dropEarly") {
    engine.resume();
    engine.once("end", () => engine.destroy());
    return void engine.once("connect", () => setImmediate(() => client.destroy()));
  }
  client.once("close", () => engine.destroy());
  if (fault === undefined) {
    engine.once("close", () => client.destroy());
    return void engine.pipe(client);
  }
  engine.once("data", (first: Buffer) => {
    if (fault === "dropWithin")
      client.write(first.subarray(0, first.length - 1), () => client.destroy());
    // A session lasts as long as the build that waits for its answer.
    else if (name.endsWith("/session")) client.destroy();
  });
  engine.once("end", () => client.destroy());
}

function track(socket: Socket, open: Set<Socket>): void {
  open.add(socket);
  socket.once("close", () => open.delete(socket));
  socket.on("error", () => {});
}
