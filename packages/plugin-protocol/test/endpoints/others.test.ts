import { expect, test } from "vitest";
import { remoteDataSource } from "../../src/endpoints/data-source.ts";
import { remotePostProcessor } from "../../src/endpoints/post-processor.ts";
import { remoteProvisioner } from "../../src/endpoints/provisioner.ts";
import { ctyToPlain } from "../../src/index.ts";
import { configs, connectTo, RecordingUi } from "../support/connection.ts";
import { FixtureMachine } from "../support/fixture-communicator.ts";
import {
  FixtureArtifact,
  fixtureDataSource,
  fixturePostProcessor,
  fixtureProvisioner,
  fixtureSpec,
} from "../support/fixture-components.ts";

const never = new AbortController().signal;

async function provisioner() {
  const connection = await connectTo({ kind: "provisioner", component: fixtureProvisioner() });
  return remoteProvisioner(connection.client, connection.broker);
}

async function postProcessor(mode: string) {
  const served = { kind: "post-processor", component: fixturePostProcessor() } as const;
  const { client, broker } = await connectTo(served);
  const remote = remotePostProcessor(client, broker);
  await remote.configure(configs(mode));
  return remote;
}

async function dataSource() {
  const { client } = await connectTo({ kind: "datasource", component: fixtureDataSource() });
  return remoteDataSource(client);
}

test("a provisioner reaches the machine through its caller's communicator", async () => {
  const remote = await provisioner();
  const ui = new RecordingUi();
  expect(await remote.configSpec()).toEqual(fixtureSpec);
  await remote.prepare(configs("ok"));
  const data = { Host: "10.0.0.1", Port: 22 };
  await remote.provision(ui, new FixtureMachine(), data, { signal: never });
  expect(ui.lines).toEqual([`say ${JSON.stringify(data)}`, "say status 3"]);
});

test("a provisioner refuses settings, and ends when it is cancelled", async () => {
  const refusing = await provisioner();
  await expect(refusing.prepare(configs("invalid"))).rejects.toThrow("mode: invalid");
  const remote = await provisioner();
  await remote.prepare(configs("wait"));
  const cancel = new AbortController();
  const ui = new RecordingUi(() => cancel.abort());
  const options = { signal: cancel.signal };
  await expect(remote.provision(ui, new FixtureMachine(), {}, options)).rejects.toThrow(
    "the provisioner was cancelled",
  );
});

test("a call that is aborted before it begins is not made", async () => {
  const remote = await provisioner();
  const ui = new RecordingUi();
  const signal = AbortSignal.abort(new Error("too late"));
  await expect(remote.provision(ui, new FixtureMachine(), {}, { signal })).rejects.toThrow(
    "too late",
  );
  expect(ui.lines).toEqual([]);
});

test("a post-processor makes another artifact, or passes its own on", async () => {
  const ui = new RecordingUi();
  const making = await postProcessor("new");
  expect(await making.configSpec()).toEqual(fixtureSpec);
  const incoming = Object.assign(new FixtureArtifact(), { id: () => "incoming" });
  const made = await making.postProcess(ui, incoming, { signal: never });
  expect(made).toMatchObject({ keep: true, forceOverride: false });
  expect(await made?.artifact.id()).toBe("sunny:img-1");
  expect(ui.lines).toEqual(["say got incoming"]);

  const passing = await postProcessor("same");
  const passed = await passing.postProcess(ui, incoming, { signal: never });
  expect(await passed?.artifact.id()).toBe("incoming");
  expect(await passed?.artifact.state("text")).toBe("x".repeat(300));
});

test("a post-processor that fails, makes nothing, or refuses its settings", async () => {
  const ui = new RecordingUi();
  const failing = await postProcessor("fail");
  await expect(
    failing.postProcess(ui, new FixtureArtifact(), { signal: never }),
  ).rejects.toMatchObject({ message: "the post-processor failed", code: "REMOTE_ERROR" });
  const empty = await postProcessor("nothing");
  const nothing = await empty.postProcess(ui, new FixtureArtifact(), { signal: never });
  expect(nothing).toBeUndefined();
  await expect(postProcessor("invalid")).rejects.toThrow("mode: invalid");
});

test("a data source answers a value with its types", async () => {
  const remote = await dataSource();
  expect(await remote.configSpec()).toEqual(fixtureSpec);
  expect(await remote.outputSpec()).toEqual(fixtureSpec);
  await remote.configure(configs("ok"));
  expect(ctyToPlain(await remote.execute({ signal: never }))).toEqual({
    mode: "ok",
    list: [1, 2.5, null],
    flag: true,
  });
});

test("a data source that fails, or refuses its settings", async () => {
  const remote = await dataSource();
  await remote.configure(configs("fail"));
  await expect(remote.execute({ signal: never })).rejects.toThrow("nothing found");
  await expect(remote.configure(configs("invalid"))).rejects.toThrow("mode: invalid");
});
