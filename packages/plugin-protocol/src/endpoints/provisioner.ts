import type { MuxBroker } from "../broker.ts";
import type { Provisioner } from "../contract/provisioner.ts";
import type { HclObjectSpec } from "../hcl-spec/index.ts";
import type { RpcClient } from "../rpc/client.ts";
import type { RpcMethods } from "../rpc/server.ts";
import { StructReader } from "../rpc/struct-reader.ts";
import { registerCommunicator, remoteCommunicator } from "./communicator.ts";
import { answerSpec, askSpec, decodeConfigs, encodeConfigs } from "./configs.ts";
import { callWithOffer, registerCancel, withClient } from "./connection.ts";
import { toSendable } from "./sendable.ts";
import { registerUi, withRemoteUi } from "./ui.ts";

/** Serves a provisioner. Source: `ProvisionerServer`, packer-plugin-sdk `rpc/provisioner.go`. */
export function registerProvisioner(
  methods: RpcMethods,
  provisioner: Provisioner,
  broker: MuxBroker,
): void {
  const signal = registerCancel(methods, "Provisioner", broker);
  methods.set("Provisioner.ConfigSpec", () => answerSpec("ConfigSpec", provisioner.configSpec()));
  methods.set("Provisioner.Prepare", (argument) =>
    provisioner.prepare(decodeConfigs("Provisioner.Prepare", argument)),
  );
  methods.set("Provisioner.Provision", async (argument) => {
    const args = new StructReader("Provisioner.Provision", argument);
    const data = args.record("GeneratedData");
    await withClient(broker, args.count("StreamID"), (client) =>
      withRemoteUi(client, (ui) =>
        provisioner.provision(ui, remoteCommunicator(client, broker), data, {
          signal,
        }),
      ),
    );
  });
}

/** A provisioner in another process. */
export interface RemoteProvisioner extends Provisioner {
  configSpec(): Promise<HclObjectSpec>;
}

/** A provisioner that the other side serves. Source: `provisioner`, packer-plugin-sdk `rpc/provisioner.go`. */
export function remoteProvisioner(client: RpcClient, broker: MuxBroker): RemoteProvisioner {
  return {
    configSpec: () => askSpec(client, "Provisioner", "ConfigSpec"),
    async prepare(configs) {
      await client.call("Provisioner.Prepare", encodeConfigs(configs));
    },
    async provision(ui, communicator, generatedData, { signal }) {
      const methods: RpcMethods = new Map();
      registerUi(methods, ui);
      registerCommunicator(methods, communicator, broker);
      const data = toSendable(generatedData);
      const argument = (id: number) => ({ GeneratedData: data, StreamID: id });
      const call = { endpoint: "Provisioner", method: "Provision", argument, signal };
      await callWithOffer(client, broker, methods, call);
    },
  };
}
