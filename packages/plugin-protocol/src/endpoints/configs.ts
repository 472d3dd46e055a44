import type { Config } from "../contract/config.ts";
import { decodeCtyJson, encodeCtyJson } from "../cty/index.ts";
import { ProtocolError } from "../errors.ts";
import { decodeHclSpec, encodeHclSpec, type HclObjectSpec } from "../hcl-spec/index.ts";
import type { RpcClient } from "../rpc/client.ts";
import { StructReader } from "../rpc/struct-reader.ts";
import { toSendable } from "./sendable.ts";

/** The argument of every call that configures a component. Source: packer-plugin-sdk `rpc/cty_encode.go`. */
export function encodeConfigs(configs: readonly Config[]): { Configs: unknown[] } {
  return {
    Configs: configs.map((config) =>
      config.kind === "cty" ? Buffer.from(encodeCtyJson(config.value)) : toSendable(config.value),
    ),
  };
}

/**
 * Reads the argument of a call that configures a component.
 *
 * @throws {ProtocolError} `RPC_PROTOCOL` for what is neither bin nor a map; {@link CtyError} for bin that is not cty JSON.
 */
export function decodeConfigs(method: string, argument: unknown): Config[] {
  return new StructReader(method, argument).list("Configs").map((config, index) => {
    if (config instanceof Uint8Array) return { kind: "cty", value: decodeCtyJson(config) };
    // A provisioner without overrides gets a map that is nil.
    if (config === null) return { kind: "plain", value: {} };
    if (typeof config === "object" && config !== null && !Array.isArray(config)) {
      return { kind: "plain", value: config as Readonly<Record<string, unknown>> };
    }
    const message = `${method}: Configs[${index}] takes cty JSON or a map, not ${typeof config}`;
    throw new ProtocolError("RPC_PROTOCOL", message);
  });
}

/** Answers what a component accepts, under `field`, as protobuf. Source: packer-plugin-sdk `rpc/common.go`. */
export async function answerSpec(
  field: "ConfigSpec" | "OutputSpec",
  spec: HclObjectSpec | Promise<HclObjectSpec>,
): Promise<Record<string, Uint8Array>> {
  return { [field]: encodeHclSpec(await spec) };
}

/** Asks a component on the other side what it accepts. */
export async function askSpec(
  client: RpcClient,
  endpoint: string,
  field: "ConfigSpec" | "OutputSpec",
): Promise<HclObjectSpec> {
  const method = `${endpoint}.${field}`;
  return decodeHclSpec(new StructReader(method, await client.call(method)).bytes(field));
}
