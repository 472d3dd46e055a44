import { expect, test, vi } from "vitest";
import { registerUi, remoteUi } from "../../src/endpoints/ui.ts";
import type { Ui } from "../../src/index.ts";
import { RpcClient } from "../../src/rpc/client.ts";
import { type RpcMethods, serveRpc } from "../../src/rpc/server.ts";
import { RecordingUi } from "../support/connection.ts";
import { memoryPair } from "../support/transport.ts";

function shown(ui: Ui) {
  const [near, far] = memoryPair();
  const methods: RpcMethods = new Map();
  registerUi(methods, ui);
  serveRpc(far, methods);
  const client = new RpcClient(near);
  return { client, remote: remoteUi(client), methods, far };
}

test("messages keep their order though the other side takes its time with some", async () => {
  const [near, far] = memoryPair();
  const heard: unknown[] = [];
  const slowly = async (message: unknown) => {
    if (Number(message) % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    heard.push(message);
  };
  serveRpc(
    far,
    new Map([
      ["Ui.Say", slowly],
      ["Ui.Error", slowly],
    ]),
  );
  const ui = remoteUi(new RpcClient(near));
  for (let number = 0; number < 20; number += 2) {
    ui.say(String(number));
    ui.error(String(number + 1));
  }
  await ui.flush();
  expect(heard).toEqual(Array.from({ length: 20 }, (_, number) => String(number)));
});

test("an answer comes after everything that was said before the question", async () => {
  const ui = new RecordingUi();
  const { remote } = shown(ui);
  remote.say("first");
  remote.machine("kind", "a", "b");
  expect(await remote.ask("really?")).toBe("yes");
  expect(ui.lines).toEqual(["say first", "machine kind a,b", "ask really?"]);
});

test("what Go calls Message is said", async () => {
  const ui = new RecordingUi();
  await shown(ui).client.call("Ui.Message", "hello");
  expect(ui.lines).toEqual(["say hello"]);
});

test("progress adds up, in steps that Go's server can take, until it is closed", async () => {
  const ui = new RecordingUi();
  const { client, remote, methods } = shown(ui);
  const call = vi.spyOn(client, "call");
  const progress = remote.trackProgress("a.b/c.iso", 10, 5_000_000);
  progress.advance(3_000_000);
  progress.advance(5);
  progress.close();
  progress.close();
  progress.advance(1);
  await vi.waitFor(() => expect(ui.lines).toEqual(["progress a.b/c.iso 3000015 of 5000000"]));
  const steps = call.mock.calls
    .filter(([method]) => method.endsWith(".Add"))
    .map(([, step]) => step);
  expect(Math.max(...steps.map(Number))).toBe(1024 * 1024);
  expect([...methods.keys()].filter((name) => name.includes("c.iso"))).toEqual([]);
});

test("a thousand trackers may be open, no more", async () => {
  const { client } = shown(new RecordingUi());
  const open = () => client.call("Ui.NewTrackProgress", { Src: "x", TotalSize: 1 });
  await Promise.all(Array.from({ length: 1024 }, open));
  await expect(open()).rejects.toThrow("1024 progress trackers are open already");
});

test("a message that cannot be shown is logged and fails nothing", async () => {
  const log = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const { remote, far } = shown(new RecordingUi());
  far.destroy();
  remote.say("lost");
  await remote.flush();
  await vi.waitFor(() => expect(log).toHaveBeenCalled());
  expect(log.mock.calls.join("")).toContain("[ERROR] Ui.Say failed");
  log.mockRestore();
});
