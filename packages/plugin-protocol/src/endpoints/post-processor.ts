import type { MuxBroker } from "../broker.ts";
import type { CancelOptions } from "../contract/builder.ts";
import type { PostProcessed, PostProcessor } from "../contract/post-processor.ts";
import type { AnyArtifact, RemoteArtifact } from "../contract/remote-artifact.ts";
import type { Ui } from "../contract/ui.ts";
import { messageOf } from "../errors.ts";
import type { HclObjectSpec } from "../hcl-spec/index.ts";
import { RpcClient } from "../rpc/client.ts";
import type { RpcMethods } from "../rpc/server.ts";
import { readCount, StructReader } from "../rpc/struct-reader.ts";
import { dialArtifact, offerArtifact, registerArtifact, remoteArtifact } from "./artifact.ts";
import { readBasicError } from "./basic-error.ts";
import { answerSpec, askSpec, decodeConfigs, encodeConfigs } from "./configs.ts";
import { callWithOffer, registerCancel } from "./connection.ts";
import { registerUi, withRemoteUi } from "./ui.ts";

/** Serves a post-processor. Source: `PostProcessorServer`, packer-plugin-sdk `rpc/post_processor.go`. */
export function registerPostProcessor(
  methods: RpcMethods,
  postProcessor: PostProcessor,
  broker: MuxBroker,
): void {
  const signal = registerCancel(methods, "PostProcessor", broker);
  methods.set("PostProcessor.ConfigSpec", () =>
    answerSpec("ConfigSpec", postProcessor.configSpec()),
  );
  methods.set("PostProcessor.Configure", (argument) =>
    postProcessor.configure(decodeConfigs("PostProcessor.Configure", argument)),
  );
  methods.set("PostProcessor.PostProcess", (argument) => {
    const streamId = readCount("PostProcessor.PostProcess", argument);
    return postProcess(postProcessor, broker, streamId, signal);
  });
}

async function postProcess(
  postProcessor: PostProcessor,
  broker: MuxBroker,
  streamId: number,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const client = new RpcClient(await broker.dial(streamId));
  const incoming = remoteArtifact(client);
  let result: PostProcessed | undefined;
  let failure: { Message: string } | null = null;
  try {
    result = await withRemoteUi(client, (ui) =>
      postProcessor.postProcess(ui, incoming, { signal }),
    );
  } catch (error) {
    failure = { Message: messageOf(error) };
  }
  // An artifact that is only passed on is reached through this stream, so it stays open.
  if (result?.artifact !== incoming) client.close();
  return {
    Err: failure,
    Keep: result?.keep ?? false,
    ForceOverride: result?.forceOverride ?? false,
    StreamId: offerArtifact(broker, result?.artifact),
  };
}

/** A post-processor in another process; it takes an artifact of this one too. */
export interface RemotePostProcessor extends Omit<PostProcessor, "postProcess"> {
  configSpec(): Promise<HclObjectSpec>;
  postProcess(
    ui: Ui,
    artifact: AnyArtifact,
    options: CancelOptions,
  ): Promise<(PostProcessed & { artifact: RemoteArtifact }) | undefined>;
}

/** A post-processor that the other side serves. Source: `postProcessor`, packer-plugin-sdk `rpc/post_processor.go`. */
export function remotePostProcessor(client: RpcClient, broker: MuxBroker): RemotePostProcessor {
  return {
    configSpec: () => askSpec(client, "PostProcessor", "ConfigSpec"),
    async configure(configs) {
      await client.call("PostProcessor.Configure", encodeConfigs(configs));
    },
    async postProcess(ui, artifact, { signal }) {
      const methods: RpcMethods = new Map();
      registerUi(methods, ui);
      registerArtifact(methods, artifact);
      const argument = (id: number) => id;
      const call = { endpoint: "PostProcessor", method: "PostProcess", argument, signal };
      const answer = await callWithOffer(client, broker, methods, call);
      const fields = new StructReader("PostProcessor.PostProcess", answer);
      const error = readBasicError("PostProcessor.PostProcess", fields.struct("Err"));
      if (error !== undefined) throw error;
      const result = await dialArtifact(broker, fields.count("StreamId"));
      return (
        result && {
          artifact: result,
          keep: fields.flag("Keep"),
          forceOverride: fields.flag("ForceOverride"),
        }
      );
    },
  };
}
