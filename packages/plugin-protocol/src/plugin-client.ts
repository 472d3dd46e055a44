import { once } from "node:events";
import { connect } from "node:net";
import { MuxBroker } from "./broker.ts";
import { type RemoteBuilder, remoteBuilder } from "./endpoints/builder.ts";
import { type RemoteDataSource, remoteDataSource } from "./endpoints/data-source.ts";
import { type RemotePostProcessor, remotePostProcessor } from "./endpoints/post-processor.ts";
import { type RemoteProvisioner, remoteProvisioner } from "./endpoints/provisioner.ts";
import { messageOf } from "./errors.ts";
import { type ComponentKind, type PluginAddress, parseHandshake } from "./handshake.ts";
import { readLines } from "./lines.ts";
import { type PluginCommand, PluginProcess } from "./plugin-process.ts";
import { RpcClient } from "./rpc/client.ts";

/** A component in another process, by its kind. */
export interface RemoteComponents {
  builder: RemoteBuilder;
  "post-processor": RemotePostProcessor;
  provisioner: RemoteProvisioner;
  datasource: RemoteDataSource;
}

/** Which component of a plugin to start. */
export interface StartPluginOptions<Kind extends ComponentKind> extends PluginCommand {
  kind: Kind;
  /** The component's name, as the plugin describes it. */
  name: string;
  /** How long the plugin may take to say where it listens, in milliseconds. Default: 60,000, as in Packer. */
  startTimeout?: number;
}

/** A component of a plugin that was started. */
export interface StartedPlugin<Kind extends ComponentKind> {
  component: RemoteComponents[Kind];
  /** The calls themselves, for what {@link StartedPlugin.component} does not do. */
  client: RpcClient;
  broker: MuxBroker;
  /** The process id. */
  pid: number;
  /** Settles once the process has ended: its exit code, or the signal that ended it. */
  exited: Promise<number | NodeJS.Signals>;
  /** Ends the connection, upon which a plugin ends; kills it where it does not within two seconds. */
  close(): Promise<void>;
}

/**
 * Starts a component of a plugin the way Packer does, and connects to it.
 *
 * Source: packer `packer/plugin_client.go`.
 *
 * @throws {ProtocolError} `PLUGIN_START` where the plugin does not start, does not say in time where it listens, or
 * cannot be reached there; the message shows what it logged last. Nothing is left running.
 */
export async function startPlugin<Kind extends ComponentKind>({
  kind,
  name,
  startTimeout = 60_000,
  ...command
}: StartPluginOptions<Kind>): Promise<StartedPlugin<Kind>> {
  const process = new PluginProcess(command, ["start", kind, "--protobuf", name]);
  try {
    const address = parseHandshake(await firstLine(process, startTimeout));
    const broker = await reach(address);
    const client = new RpcClient(await broker.dial(0));
    return {
      component: remoteComponents[kind](client, broker),
      client,
      broker,
      pid: process.child.pid as number,
      exited: process.exited,
      async close() {
        client.close();
        await broker.close();
        await process.end();
      },
    };
  } catch (cause) {
    await process.kill();
    throw process.error(messageOf(cause), cause);
  }
}

const remoteComponents: {
  [Kind in ComponentKind]: (client: RpcClient, broker: MuxBroker) => RemoteComponents[Kind];
} = {
  builder: remoteBuilder,
  "post-processor": remotePostProcessor,
  provisioner: remoteProvisioner,
  datasource: remoteDataSource,
};

async function firstLine(process: PluginProcess, timeout: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  if (process.child.stdout !== null) readLines(process.child.stdout, resolve);
  process.exited.then((status) => {
    reject(new Error(`it ended (${status}) before it said where it listens`));
  });
  const timer = setTimeout(() => {
    reject(new Error(`it did not say where it listens within ${timeout} ms`));
  }, timeout);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

async function reach(address: PluginAddress): Promise<MuxBroker> {
  const socket = connect(address);
  await once(socket, "connect");
  return new MuxBroker(socket.setNoDelay(), "client");
}
