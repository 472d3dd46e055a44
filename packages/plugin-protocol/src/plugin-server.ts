import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MuxBroker } from "./broker.ts";
import type { Builder } from "./contract/builder.ts";
import type { DataSource } from "./contract/data-source.ts";
import type { PostProcessor } from "./contract/post-processor.ts";
import type { Provisioner } from "./contract/provisioner.ts";
import { registerBuilder } from "./endpoints/builder.ts";
import { registerDataSource } from "./endpoints/data-source.ts";
import { registerPostProcessor } from "./endpoints/post-processor.ts";
import { registerProvisioner } from "./endpoints/provisioner.ts";
import { messageOf, ProtocolError } from "./errors.ts";
import { formatHandshake, type PluginAddress } from "./handshake.ts";
import { type RpcMethods, serveRpc } from "./rpc/server.ts";

/** What a plugin process serves: one component. */
export type ServedComponent =
  | { kind: "builder"; component: Builder }
  | { kind: "post-processor"; component: PostProcessor }
  | { kind: "provisioner"; component: Provisioner }
  | { kind: "datasource"; component: DataSource };

/** How a component is served. */
export interface ServeOptions {
  /** Gets the handshake line, without a line break, once the plugin listens: it belongs on stdout, alone. */
  onListening: (handshake: string) => void;
  /** How long to wait for Packer to connect, in milliseconds. Default: 120,000. */
  connectTimeout?: number;
  /** Listens on TCP on 127.0.0.1, on a port from this range, instead of a unix socket: what Windows needs. */
  tcpPorts?: { min: number; max: number };
}

/**
 * Serves a component to one connection, as a plugin process does: listens on a unix socket in a directory that only
 * this user can enter, tells the handshake line, takes one connection, and serves it until it ends. The directory is
 * removed as soon as the connection is there, and when the process exits before that.
 *
 * Settles once the connection has ended and the last call that it made is over; a builder that runs while it is lost
 * is cancelled first.
 *
 * Source: `Server`, packer-plugin-sdk `plugin/server.go`; `Serve`, packer-plugin-sdk `rpc/server.go`.
 *
 * @throws {ProtocolError} `PLUGIN_START` where it cannot listen, or nobody connects in time.
 */
export async function servePlugin(served: ServedComponent, options: ServeOptions): Promise<void> {
  const socket =
    options.tcpPorts === undefined
      ? await acceptOnUnixSocket(options)
      : await acceptOnTcp(options, options.tcpPorts);
  await serveConnection(served, socket);
}

/** Serves a component on a connection that is there already. Settles as {@link servePlugin} does. */
export async function serveConnection(served: ServedComponent, socket: Socket): Promise<void> {
  const broker = new MuxBroker(socket, "server");
  const methods: RpcMethods = new Map();
  register(methods, served, broker);
  try {
    await serveRpc(await broker.accept(0), methods);
  } finally {
    await broker.close();
  }
}

function register(methods: RpcMethods, served: ServedComponent, broker: MuxBroker): void {
  switch (served.kind) {
    case "builder":
      registerBuilder(methods, served.component, broker);
      break;
    case "post-processor":
      registerPostProcessor(methods, served.component, broker);
      break;
    case "provisioner":
      registerProvisioner(methods, served.component, broker);
      break;
    case "datasource":
      registerDataSource(methods, served.component, broker);
      break;
  }
}

/** Packer waits meanwhile, and there is nothing else to do: without promises, files take a fraction of the time. */
async function acceptOnUnixSocket(options: ServeOptions): Promise<Socket> {
  const directory = mkdtempSync(join(tmpdir(), "packer-plugin-"));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    const path = join(directory, "socket");
    const server = createServer();
    await listen(server, { path }).catch((cause) => {
      const message = `cannot listen on ${path}: ${messageOf(cause)}; another TMPDIR may help`;
      throw new ProtocolError("PLUGIN_START", message, { cause });
    });
    return await acceptOne(server, { network: "unix", path }, options);
  } finally {
    remove();
    process.off("exit", remove);
  }
}

async function acceptOnTcp(
  options: ServeOptions,
  { min, max }: { min: number; max: number },
): Promise<Socket> {
  const host = "127.0.0.1";
  for (let port = min; port <= max; port++) {
    const server = createServer();
    try {
      await listen(server, { host, port });
    } catch {
      continue; // Taken, most likely: the next one may be free.
    }
    const socket = await acceptOne(server, { network: "tcp", host, port }, options);
    return socket.setNoDelay();
  }
  throw new ProtocolError("PLUGIN_START", `no port from ${min} to ${max} on ${host} is free`);
}

async function listen(server: Server, where: { path: string } | { host: string; port: number }) {
  server.listen({ ...where, exclusive: true });
  await once(server, "listening");
}

async function acceptOne(
  server: Server,
  address: PluginAddress,
  { onListening, connectTimeout = 120_000 }: ServeOptions,
): Promise<Socket> {
  const connected = once(server, "connection", { signal: AbortSignal.timeout(connectTimeout) });
  try {
    onListening(formatHandshake(address));
    const [socket] = await connected;
    return socket;
  } catch (cause) {
    const message = `nobody connected to the plugin within ${connectTimeout} ms`;
    throw new ProtocolError("PLUGIN_START", message, { cause });
  } finally {
    server.close();
  }
}
