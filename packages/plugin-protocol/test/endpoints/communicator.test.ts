import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { expect, test, vi } from "vitest";
import { MuxBroker } from "../../src/broker.ts";
import { registerCommunicator, remoteCommunicator } from "../../src/endpoints/communicator.ts";
import { type Communicator, DISCONNECTED } from "../../src/index.ts";
import { RpcClient } from "../../src/rpc/client.ts";
import { type RpcMethods, serveRpc } from "../../src/rpc/server.ts";
import { Sink } from "../support/connection.ts";
import { FixtureMachine, zeros } from "../support/fixture-communicator.ts";
import { socketPair } from "../support/transport.ts";

/** A communicator on the other side of a connection. */
async function reached(machine: Communicator = new FixtureMachine()) {
  const [near, far] = await socketPair();
  const [nearBroker, farBroker] = [new MuxBroker(near, "client"), new MuxBroker(far, "server")];
  const methods: RpcMethods = new Map();
  registerCommunicator(methods, machine, farBroker);
  farBroker.accept(0).then((stream) => serveRpc(stream, methods));
  const client = new RpcClient(await nearBroker.dial(0));
  return { communicator: remoteCommunicator(client, nearBroker), client, near };
}

async function run(communicator: Communicator, command: string, stdin?: Readable) {
  const [stdout, stderr] = [new Sink(), new Sink()];
  const status = await communicator.start({ command, stdout, stderr, ...(stdin && { stdin }) });
  expect(stdout.writableEnded && stderr.writableEnded).toBe(true);
  return { status, stdout: stdout.text, stderr: stderr.text };
}

test("commands get their input and give their output, their errors and their status", async () => {
  const { communicator } = await reached();
  expect(await run(communicator, "echo hello")).toEqual({
    status: 0,
    stdout: "hello\n",
    stderr: "",
  });
  expect(await run(communicator, "warn careful")).toMatchObject({ stderr: "careful\n" });
  expect(await run(communicator, "exit 123456")).toMatchObject({ status: 123456 });
  expect(await run(communicator, "exit -1")).toMatchObject({ status: -1 });
  const input = Readable.from(["typed ", "in"]);
  expect(await run(communicator, "cat", input)).toMatchObject({ stdout: "typed in" });
  expect(await communicator.start({ command: "exit 3" })).toBe(3);
});

test("input that a command does not read is left where it was", async () => {
  const { communicator } = await reached();
  const stdin = new PassThrough();
  expect(await run(communicator, "exit 0", stdin)).toMatchObject({ status: 0 });
  expect(stdin.destroyed).toBe(false);
  stdin.end("later");
  expect((await stdin.toArray()).join("")).toBe("later");
});

test("input that fails fails the command", async () => {
  const { communicator } = await reached();
  const broken = new Readable({
    read() {
      this.destroy(new Error("the local disk failed"));
    },
  });
  await expect(run(communicator, "cat", broken)).rejects.toThrow("the local disk failed");
});

test("an upload is over when the machine has taken what it wants of it", async () => {
  const machine = Object.assign(new FixtureMachine(), { upload: async () => {} });
  const { communicator } = await reached(machine);
  await communicator.upload("/x", zeros(5_000_000));
});

test("a command that cannot be started fails the call", async () => {
  const { communicator } = await reached();
  await expect(run(communicator, "break")).rejects.toMatchObject({
    message: "the machine is broken",
    method: "Communicator.Start",
  });
});

test("a command that fails after it has started has the status that its error tells, even at once", async () => {
  const lost = Object.assign(new Error("the machine went away"), { exitStatus: DISCONNECTED });
  const machine = { start: async () => await Promise.reject(lost) };
  const { communicator } = await reached(Object.assign(new FixtureMachine(), machine));
  expect(await run(communicator, "restart")).toMatchObject({ status: DISCONNECTED });
});

test("a command that fails after it has started has no status where its error tells none", async () => {
  const gate = Promise.withResolvers<number>();
  const { communicator, client } = await reached(
    Object.assign(new FixtureMachine(), { start: () => gate.promise }),
  );
  const call = vi.spyOn(client, "call");
  const running = run(communicator, "long");
  await vi.waitFor(() => expect(call.mock.settledResults[0]?.type).toBe("fulfilled"), 5_000);
  gate.reject(new Error("the machine went away"));
  await expect(running).rejects.toThrow("without an exit status");
});

test("eight commands at a time give each their own output", async () => {
  const { communicator } = await reached();
  const outputs = await Promise.all(
    Array.from({ length: 8 }, (_, at) => run(communicator, `flood ${500_000 + at}`)),
  );
  expect(outputs.map(({ stdout }) => stdout.length)).toEqual(outputs.map((_, at) => 500_000 + at));
});

test("an aborted command rejects with the reason, and ends on the other side", async () => {
  const machine = new FixtureMachine();
  const { communicator } = await reached(machine);
  const abort = new AbortController();
  const running = communicator.start(
    { command: "wait", stdout: new Sink().on("error", () => {}) },
    { signal: abort.signal },
  );
  await vi.waitFor(() => expect(machine.calls).toEqual(["wait began"]));
  abort.abort(new Error("enough"));
  await expect(running).rejects.toThrow("enough");
  await vi.waitFor(() => expect(machine.calls).toEqual(["wait began", "wait was cancelled"]));
});

test("files go up and come down whole, with what is known of them", async () => {
  const machine = new FixtureMachine();
  const { communicator } = await reached(machine);
  const info = {
    name: "small",
    size: 2 ** 33,
    mode: 0o6751,
    modifiedAt: new Date("2024-05-06T07:08:09.010Z"),
  };
  await communicator.upload("/small", Readable.from(["small"]), info);
  expect(machine.files.get("/small")).toMatchObject({ text: "small", info });
  const sink = new Sink();
  await communicator.download("/small", sink);
  expect(sink.text).toBe("small");
  expect(sink.writableFinished).toBe(true);

  const content = randomBytes(3_000_000);
  await communicator.upload("/large", Readable.from([content]));
  expect(machine.files.get("/large")).toMatchObject({ size: 3_000_000, info: undefined });
  const zeroes = new Sink();
  await communicator.download("/zeros/3000000", zeroes);
  expect(zeroes.bytes.equals(Buffer.alloc(3_000_000))).toBe(true);
});

test("transfers that fail on either side fail with that side's error", async () => {
  const { communicator } = await reached();
  await expect(communicator.upload("/readonly", zeros(5_000_000))).rejects.toThrow(
    "the file system is read-only",
  );
  await expect(communicator.download("/missing", new Sink())).rejects.toThrow("no such file");
  const broken = new Readable({
    read() {
      this.destroy(new Error("the local disk failed"));
    },
  });
  await expect(communicator.upload("/x", broken)).rejects.toThrow("the local disk failed");
  const full = new Sink();
  full._write = (_chunk, _encoding, done: (error?: Error) => void) => done(new Error("disk full"));
  await expect(communicator.download("/zeros/5000000", full)).rejects.toThrow("disk full");
});

test("an aborted transfer rejects with the reason, and the other side sees it cut", async () => {
  const began = Promise.withResolvers<void>();
  const seen = Promise.withResolvers<unknown>();
  const upload = async (_path: string, content: Readable) => {
    await once(content.resume(), "data");
    began.resolve();
    await once(content, "end").catch(seen.resolve);
  };
  const { communicator } = await reached(Object.assign(new FixtureMachine(), { upload }));
  const abort = new AbortController();
  const endless = new Readable({ read: () => {} });
  endless.push("some");
  const uploading = communicator.upload("/x", endless, undefined, { signal: abort.signal });
  await began.promise;
  abort.abort(new Error("enough"));
  await expect(uploading).rejects.toThrow("enough");
  expect(await seen.promise).toMatchObject({ code: "STREAM_RESET" });
});

test("directories are named with what is left out", async () => {
  const machine = new FixtureMachine();
  const { communicator } = await reached(machine);
  await communicator.uploadDirectory("/to", "/from/", ["a", "b"]);
  await communicator.downloadDirectory("/from", "/to", []);
  expect(machine.calls).toEqual([
    "upload /from/ to /to without a b",
    "download /from to /to without ",
  ]);
  await expect(communicator.uploadDirectory("/to", "/nowhere", [])).rejects.toThrow(
    "no such directory: /nowhere",
  );
});

test("a connection that is lost fails what is under way", async () => {
  const { communicator, near } = await reached();
  const upload = communicator.upload("/x", new Readable({ read: () => {} }));
  setImmediate(() => near.destroy());
  await expect(upload).rejects.toMatchObject({ code: "SESSION_CLOSED" });
});
