import { encode } from "@msgpack/msgpack";
import { ARTIFACT_STATE_URI } from "@packerkit/registry-image";
import { expect, test } from "vitest";
import { registerArtifact, remoteArtifact } from "../../src/endpoints/artifact.ts";
import type { AnyArtifact } from "../../src/index.ts";
import { RpcClient } from "../../src/rpc/client.ts";
import { type RpcMethods, serveRpc } from "../../src/rpc/server.ts";
import { FixtureArtifact } from "../support/fixture-components.ts";
import { memoryPair } from "../support/transport.ts";

function served(artifact: AnyArtifact) {
  const [near, far] = memoryPair();
  const methods: RpcMethods = new Map();
  registerArtifact(methods, artifact);
  serveRpc(far, methods);
  return remoteArtifact(new RpcClient(near));
}

test("images cross with the field names of the Go struct, also through a relay", async () => {
  const relayed = served(served(new FixtureArtifact()));
  const image = {
    ImageID: "img-1",
    ProviderName: "fixture",
    ProviderRegion: "sunny",
    Labels: { os: "none", __proto__x: "kept" },
    SourceImageID: "img-0",
  };
  expect(await relayed.state(ARTIFACT_STATE_URI)).toEqual([image, { ...image, ImageID: "img-2" }]);
  expect(await relayed.summary()).toBe("An image that was never made: ümläut ☀");
});

test("one image crosses as one map", async () => {
  const one = served({
    ...served(new FixtureArtifact()),
    state: async () => ({ imageId: "a", providerName: "b", labels: {} }),
  });
  expect(await one.state(ARTIFACT_STATE_URI)).toMatchObject({ ImageID: "a", ProviderName: "b" });
});

test("other states cross as plain values", async () => {
  const artifact = served(new FixtureArtifact());
  expect(await artifact.state("map")).toEqual({ key: ["a", "b"] });
  expect(await artifact.state("nested")).toEqual({ list: [1, { deep: true }], none: null });
  expect(await artifact.state("bytes")).toEqual(Buffer.from([1, 2, 3]));
  expect(await artifact.state("time")).toEqual(new Date("2024-05-06T07:08:09.010Z"));
  expect(await artifact.state("unknown")).toBeNull();
  await expect(artifact.state("func")).rejects.toThrow(
    "the value cannot be sent: it is a function",
  );
});

test("a state without end, or beyond 53 bits, is refused by its place", async () => {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = { again: cycle };
  const states: Record<string, unknown> = { cycle, big: { list: [1n, 2n ** 60n] } };
  const artifact = served({
    ...served(new FixtureArtifact()),
    state: async (name: string) => states[name],
  });
  await expect(artifact.state("cycle")).rejects.toThrow(/\.self\.again.*without end/);
  await expect(artifact.state("big")).rejects.toThrow("the value at .list[1] cannot be sent");
});

test("a destroy that fails is an error, whether the call fails or the answer says so, as Go's does", async () => {
  await expect(served(new FixtureArtifact()).destroy()).rejects.toThrow("img-1 is in use");
  const [near, far] = memoryPair();
  serveRpc(far, new Map([["Artifact.Destroy", () => ({ Message: "still in use" })]]));
  await expect(remoteArtifact(new RpcClient(near)).destroy()).rejects.toMatchObject({
    message: "still in use",
    code: "REMOTE_ERROR",
  });
});

test("an answer of the wrong type is refused", async () => {
  const [near, far] = memoryPair();
  far.once("data", () => far.write(Buffer.concat([encode({ Seq: 0 }), encode([1])])));
  await expect(remoteArtifact(new RpcClient(near)).files()).rejects.toThrow(
    "Artifact.Files takes a list of strings",
  );
});
