import { ARTIFACT_STATE_URI, type Image, toWire } from "@packerkit/registry-image";
import type { MuxBroker } from "../broker.ts";
import type { AnyArtifact, RemoteArtifact } from "../contract/remote-artifact.ts";
import { RpcClient } from "../rpc/client.ts";
import type { RpcMethods } from "../rpc/server.ts";
import { readText, readTexts } from "../rpc/struct-reader.ts";
import { throwBasicError } from "./basic-error.ts";
import { offerMethods } from "./connection.ts";
import { toSendable } from "./sendable.ts";

/**
 * Serves an artifact. Image metadata goes out under the field names of the Go struct. Where `destroy` fails the call
 * fails: Go's client cannot read the error as an answer, though Go's server sends it so.
 *
 * Source: `ArtifactServer`, packer-plugin-sdk `rpc/artifact.go`.
 */
export function registerArtifact(methods: RpcMethods, artifact: AnyArtifact): void {
  methods.set("Artifact.BuilderId", () => artifact.builderId());
  methods.set("Artifact.Files", () => artifact.files());
  methods.set("Artifact.Id", () => artifact.id());
  methods.set("Artifact.String", () => summaryOf(artifact));
  methods.set("Artifact.State", async (argument) => {
    const name = readText("Artifact.State", argument);
    const value = await artifact.state(name);
    return toSendable(name === ARTIFACT_STATE_URI ? imagesToWire(value) : value);
  });
  methods.set("Artifact.Destroy", () => artifact.destroy());
}

/** An artifact that the other side serves. Source: `artifact`, packer-plugin-sdk `rpc/artifact.go`. */
export function remoteArtifact(client: RpcClient): RemoteArtifact {
  return {
    builderId: async () => readText("Artifact.BuilderId", await client.call("Artifact.BuilderId")),
    files: async () => readTexts("Artifact.Files", await client.call("Artifact.Files")),
    id: async () => readText("Artifact.Id", await client.call("Artifact.Id")),
    summary: async () => readText("Artifact.String", await client.call("Artifact.String")),
    state: (name) => client.call("Artifact.State", name),
    destroy: async () => throwBasicError("Artifact.Destroy", await client.call("Artifact.Destroy")),
  };
}

/** Serves an artifact on a stream of its own. Answers the stream's id, 0 where there is no artifact. */
export function offerArtifact(broker: MuxBroker, artifact: AnyArtifact | undefined): number {
  if (artifact === undefined) return 0;
  const methods: RpcMethods = new Map();
  registerArtifact(methods, artifact);
  return offerMethods(broker, methods);
}

/** Reaches the artifact that the other side offers under `id`; `undefined` for id 0. */
export async function dialArtifact(
  broker: MuxBroker,
  id: number,
): Promise<RemoteArtifact | undefined> {
  return id === 0 ? undefined : remoteArtifact(new RpcClient(await broker.dial(id)));
}

function summaryOf(artifact: AnyArtifact): string | Promise<string> {
  return "summary" in artifact ? artifact.summary() : artifact.toString();
}

/** Images that are in their wire form already, as a remote artifact answers them, stay as they are. */
function imagesToWire(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(imagesToWire);
  return isImage(value) ? toWire(value) : value;
}

function isImage(value: unknown): value is Image {
  return typeof value === "object" && value !== null && "imageId" in value && "labels" in value;
}
