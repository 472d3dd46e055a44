import type { MuxBroker } from "../broker.ts";
import type { Builder, CancelOptions, Preparation } from "../contract/builder.ts";
import type { Hook } from "../contract/hook.ts";
import type { RemoteArtifact } from "../contract/remote-artifact.ts";
import type { Ui } from "../contract/ui.ts";
import { messageOf } from "../errors.ts";
import type { HclObjectSpec } from "../hcl-spec/index.ts";
import type { RpcClient } from "../rpc/client.ts";
import type { RpcMethods } from "../rpc/server.ts";
import { readCount, StructReader } from "../rpc/struct-reader.ts";
import { dialArtifact, offerArtifact } from "./artifact.ts";
import { readBasicError } from "./basic-error.ts";
import { answerSpec, askSpec, decodeConfigs, encodeConfigs } from "./configs.ts";
import { callWithOffer, registerCancel, withClient } from "./connection.ts";
import { registerHook, remoteHook } from "./hook.ts";
import { registerUi, withRemoteUi } from "./ui.ts";

/** Serves a builder. Source: `BuilderServer`, packer-plugin-sdk `rpc/builder.go`. */
export function registerBuilder(methods: RpcMethods, builder: Builder, broker: MuxBroker): void {
  const signal = registerCancel(methods, "Builder", broker);
  methods.set("Builder.ConfigSpec", () => answerSpec("ConfigSpec", builder.configSpec()));
  methods.set("Builder.Prepare", (argument) => prepare(builder, argument));
  methods.set("Builder.Run", async (argument) => {
    const artifact = await withClient(broker, readCount("Builder.Run", argument), (client) =>
      withRemoteUi(client, (ui) => builder.run(ui, remoteHook(client, broker), { signal })),
    );
    return offerArtifact(broker, artifact);
  });
}

async function prepare(builder: Builder, argument: unknown): Promise<Record<string, unknown>> {
  const configs = decodeConfigs("Builder.Prepare", argument);
  let preparation: Preparation;
  try {
    preparation = await builder.prepare(configs);
  } catch (error) {
    preparation = { generatedVariables: [], warnings: [], error: error as Error };
  }
  const { generatedVariables, warnings, error } = preparation;
  return {
    GeneratedVars: generatedVariables,
    Warnings: warnings,
    Error: error === undefined ? null : { Message: messageOf(error) },
  };
}

/** A builder in another process. */
export interface RemoteBuilder extends Builder {
  configSpec(): Promise<HclObjectSpec>;
  run(ui: Ui, hook: Hook, options: CancelOptions): Promise<RemoteArtifact | undefined>;
}

/** A builder that the other side serves. Source: `builder`, packer-plugin-sdk `rpc/builder.go`. */
export function remoteBuilder(client: RpcClient, broker: MuxBroker): RemoteBuilder {
  return {
    configSpec: () => askSpec(client, "Builder", "ConfigSpec"),
    async prepare(configs) {
      const answer = await client.call("Builder.Prepare", encodeConfigs(configs));
      const fields = new StructReader("Builder.Prepare", answer);
      const error = readBasicError("Builder.Prepare", fields.struct("Error"));
      return {
        generatedVariables: fields.texts("GeneratedVars"),
        warnings: fields.texts("Warnings"),
        ...(error && { error }),
      };
    },
    async run(ui, hook, { signal }) {
      const methods: RpcMethods = new Map();
      registerUi(methods, ui);
      registerHook(methods, hook, broker);
      const call = { endpoint: "Builder", method: "Run", argument: (id: number) => id, signal };
      const answer = await callWithOffer(client, broker, methods, call);
      return await dialArtifact(broker, readCount("Builder.Run", answer));
    },
  };
}
