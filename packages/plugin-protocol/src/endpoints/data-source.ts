import type { MuxBroker } from "../broker.ts";
import type { DataSource } from "../contract/data-source.ts";
import { decodeCtyMsgpack, encodeCtyMsgpack } from "../cty/index.ts";
import type { HclObjectSpec } from "../hcl-spec/index.ts";
import type { RpcClient } from "../rpc/client.ts";
import type { RpcMethods } from "../rpc/server.ts";
import { StructReader } from "../rpc/struct-reader.ts";
import { readBasicError } from "./basic-error.ts";
import { answerSpec, askSpec, decodeConfigs, encodeConfigs } from "./configs.ts";
import { registerCancel, withCancel } from "./connection.ts";

/**
 * Serves a data source. Errors fail the call, as Go's server has it, which also repeats them in the answer.
 *
 * Source: `DatasourceServer`, packer-plugin-sdk `rpc/datasource.go`.
 */
export function registerDataSource(
  methods: RpcMethods,
  dataSource: DataSource,
  broker: MuxBroker,
): void {
  const signal = registerCancel(methods, "Datasource", broker);
  methods.set("Datasource.ConfigSpec", () => answerSpec("ConfigSpec", dataSource.configSpec()));
  methods.set("Datasource.OutputSpec", () => answerSpec("OutputSpec", dataSource.outputSpec()));
  methods.set("Datasource.Configure", async (argument) => {
    await dataSource.configure(decodeConfigs("Datasource.Configure", argument));
    return { Error: null };
  });
  methods.set("Datasource.Execute", async () => {
    const value = await dataSource.execute({ signal });
    return { Value: encodeCtyMsgpack(value), Error: null };
  });
}

/** A data source in another process. */
export interface RemoteDataSource extends DataSource {
  configSpec(): Promise<HclObjectSpec>;
  outputSpec(): Promise<HclObjectSpec>;
}

/** A data source that the other side serves. Source: `datasource`, packer-plugin-sdk `rpc/datasource.go`. */
export function remoteDataSource(client: RpcClient): RemoteDataSource {
  return {
    configSpec: () => askSpec(client, "Datasource", "ConfigSpec"),
    outputSpec: () => askSpec(client, "Datasource", "OutputSpec"),
    async configure(configs) {
      await callForStruct(client, "Datasource.Configure", encodeConfigs(configs));
    },
    async execute({ signal }) {
      const call = () => callForStruct(client, "Datasource.Execute", null);
      const answer = await withCancel(client, "Datasource", signal, call);
      return decodeCtyMsgpack(answer.bytes("Value"));
    },
  };
}

async function callForStruct(
  client: RpcClient,
  method: string,
  argument: unknown,
): Promise<StructReader> {
  const answer = new StructReader(method, await client.call(method, argument));
  const error = readBasicError(method, answer.struct("Error"));
  if (error !== undefined) throw error;
  return answer;
}
