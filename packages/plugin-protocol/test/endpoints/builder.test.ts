import { collectImages } from "@packerkit/registry-image";
import { expect, test } from "vitest";
import { remoteBuilder } from "../../src/endpoints/builder.ts";
import type { Hook } from "../../src/index.ts";
import { configs, connectTo, RecordingUi } from "../support/connection.ts";
import { fixtureBuilder, fixtureImage, fixtureSpec } from "../support/fixture-components.ts";

const noHook: Hook = { run: async () => {} };
const never = new AbortController().signal;

async function builder(mode: string) {
  const connection = await connectTo({ kind: "builder", component: fixtureBuilder() });
  const remote = remoteBuilder(connection.client, connection.broker);
  const preparation = await remote.prepare(configs(mode));
  return { ...connection, remote, preparation };
}

test("the spec, the generated data and the warnings arrive, with the settings as they were", async () => {
  const { remote, preparation } = await builder("ok");
  expect(await remote.configSpec()).toEqual(fixtureSpec);
  expect(preparation.generatedVariables).toEqual(["Address"]);
  expect(JSON.parse(preparation.warnings[0] ?? "")).toEqual({
    mode: "ok",
    tags: { team: "blue" },
    packer_build_name: "fixture.example",
    packer_debug: false,
  });
  expect(preparation.error).toBeUndefined();
});

test("settings that cannot be used are told beside the warnings", async () => {
  const { preparation } = await builder("invalid");
  expect(preparation.error).toMatchObject({ message: "mode: invalid", code: "REMOTE_ERROR" });
  expect(preparation.warnings).toHaveLength(1);
});

test("a build speaks in order, provisions and answers an artifact", async () => {
  const { remote } = await builder("ok");
  const ui = new RecordingUi();
  const hooked: unknown[] = [];
  const hook: Hook = {
    async run(name, hookUi, communicator, data) {
      hookUi.say("said by a provisioner");
      hooked.push(name, data, await communicator?.start({ command: "exit 7" }));
    },
  };
  const artifact = await remote.run(ui, hook, { signal: never });
  expect(hooked).toEqual(["packer_provision", { Address: "10.0.0.1", Port: 22 }, 7]);
  expect(ui.lines).toEqual([
    "say one",
    "say two",
    "say three",
    "error a problem",
    "machine category a,b",
    "ask sure?",
    "say answered yes",
    "progress file.iso 1000 of 1000",
    "say said by a provisioner",
  ]);
  expect(await artifact?.builderId()).toBe("fixture.builder");
  expect(await artifact?.files()).toEqual(["/a", "/b"]);
  expect(await artifact?.id()).toBe("sunny:img-1");
  expect(await artifact?.summary()).toContain("ümläut ☀");
  expect((await collectImages(artifact)).images).toEqual([
    fixtureImage,
    { ...fixtureImage, imageId: "img-2" },
  ]);
});

test("a build that fails, and one that makes nothing", async () => {
  const failing = await builder("fail");
  await expect(
    failing.remote.run(new RecordingUi(), noHook, { signal: never }),
  ).rejects.toMatchObject({ message: "the build failed", method: "Builder.Run" });
  const empty = await builder("nothing");
  expect(await empty.remote.run(new RecordingUi(), noHook, { signal: never })).toBeUndefined();
});

test("a cancelled build cleans up before the run fails", async () => {
  const { remote } = await builder("wait");
  const cancel = new AbortController();
  const ui = new RecordingUi((message) => message === "waiting" && cancel.abort());
  await expect(remote.run(ui, noHook, { signal: cancel.signal })).rejects.toThrow(
    "the build was cancelled",
  );
  expect(ui.lines.slice(-2)).toEqual(["say waiting", "say cleaned up"]);
});

test("a build whose Packer is gone is cancelled, and the server waits for its end", async () => {
  const { remote, socket, ended } = await builder("wait");
  const ui = new RecordingUi((message) => message === "waiting" && socket.destroy());
  await expect(remote.run(ui, noHook, { signal: never })).rejects.toMatchObject({
    code: "SESSION_CLOSED",
  });
  await ended;
});

test("a hook that fails fails the build with its message", async () => {
  const { remote } = await builder("ok");
  const hook: Hook = { run: () => Promise.reject(new Error("the shell script failed")) };
  await expect(remote.run(new RecordingUi(), hook, { signal: never })).rejects.toThrow(
    "the shell script failed",
  );
});

test("settings that are neither cty nor a map are refused by their place", async () => {
  const { client } = await builder("ok");
  await expect(client.call("Builder.Prepare", { Configs: [{}, 5] })).rejects.toThrow(
    "Builder.Prepare: Configs[1] takes cty JSON or a map, not number",
  );
  await expect(client.call("Builder.Prepare", { Configs: 5 })).rejects.toThrow(
    "Builder.Prepare: Configs takes a list, not number 5",
  );
  await expect(client.call("Builder.Run", "x")).rejects.toThrow("Builder.Run takes a count");
});
