import type { MuxBroker } from "../broker.ts";
import type { Hook } from "../contract/hook.ts";
import type { RpcClient } from "../rpc/client.ts";
import type { RpcMethods } from "../rpc/server.ts";
import { StructReader } from "../rpc/struct-reader.ts";
import { registerCommunicator, remoteCommunicator } from "./communicator.ts";
import { callWithOffer, registerCancel, withClient } from "./connection.ts";
import { toSendable } from "./sendable.ts";
import { registerUi, withRemoteUi } from "./ui.ts";

/** Serves a hook: what Packer does. Source: `HookServer`, packer-plugin-sdk `rpc/hook.go`. */
export function registerHook(methods: RpcMethods, hook: Hook, broker: MuxBroker): void {
  const signal = registerCancel(methods, "Hook", broker);
  methods.set("Hook.Run", async (argument) => {
    const args = new StructReader("Hook.Run", argument);
    const [name, data] = [args.text("Name"), args.record("Data")];
    await withClient(broker, args.count("StreamId"), (client) =>
      withRemoteUi(client, (ui) =>
        hook.run(name, ui, remoteCommunicator(client, broker), data, { signal }),
      ),
    );
  });
}

/** A hook that the other side serves. Source: `hook`, packer-plugin-sdk `rpc/hook.go`. */
export function remoteHook(client: RpcClient, broker: MuxBroker): Hook {
  return {
    async run(name, ui, communicator, data, options) {
      const methods: RpcMethods = new Map();
      registerUi(methods, ui);
      if (communicator !== undefined) registerCommunicator(methods, communicator, broker);
      const argument = (id: number) => ({ Name: name, Data: toSendable(data), StreamId: id });
      const call = { endpoint: "Hook", method: "Run", argument, signal: options?.signal };
      await callWithOffer(client, broker, methods, call);
    },
  };
}
