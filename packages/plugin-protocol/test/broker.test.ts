import { once } from "node:events";
import { expect, test } from "vitest";
import { MuxBroker } from "../src/broker.ts";
import { Flag, FrameType } from "../src/yamux/frame.ts";
import { RawPeer } from "./support/raw-peer.ts";
import { memoryPair, readAll } from "./support/transport.ts";

function brokers(acceptTimeout?: number) {
  const [near, far] = memoryPair();
  const options = acceptTimeout === undefined ? {} : { acceptTimeout };
  return {
    packer: new MuxBroker(near, "client", options),
    plugin: new MuxBroker(far, "server", options),
  };
}

test("a dial meets its accept, whichever comes first, and both sides may use the same id", async () => {
  const { packer, plugin } = brokers();
  const [fromPacker, fromPlugin] = [plugin.accept(1), packer.accept(1)];
  const dialled = await packer.dial(1);
  const other = plugin.dial(1);
  dialled.end("to the plugin");
  (await other).end("to packer");
  expect((await readAll(await fromPacker)).toString()).toBe("to the plugin");
  expect((await readAll(await fromPlugin)).toString()).toBe("to packer");
});

test("ids count up from 1 on each side", () => {
  const { packer, plugin } = brokers();
  expect([packer.nextId(), packer.nextId(), plugin.nextId()]).toEqual([1, 2, 1]);
});

test("the id is four bytes, the lowest first, and comes back as it was sent", async () => {
  const [near, far] = memoryPair();
  const broker = new MuxBroker(near, "server");
  const peer = new RawPeer(far);
  const accepted = broker.accept(0x01020304);
  peer.send(FrameType.data, Flag.syn, 1, 4, Buffer.from([4, 3, 2, 1]));
  await accepted;
  await peer.until(() => peer.received(1).length === 4);
  expect([...peer.received(1)]).toEqual([4, 3, 2, 1]);
});

test("what follows the id in the same packet is not lost", async () => {
  const [near, far] = memoryPair();
  const broker = new MuxBroker(near, "server");
  const payload = Buffer.from("\x07\x00\x00\x00hello");
  const peer = new RawPeer(far);
  peer.send(FrameType.data, Flag.syn | Flag.fin, 1, payload.length, payload);
  expect((await readAll(await broker.accept(7))).toString()).toBe("hello");
});

test("an id that nobody dials fails the accept, and one that nobody accepts fails the dial", async () => {
  const { packer, plugin } = brokers(10);
  await expect(plugin.accept(5)).rejects.toMatchObject({
    code: "BROKER",
    message: "nobody dialled stream id 5 within 10 ms",
  });
  await expect(packer.dial(6)).rejects.toMatchObject({ code: "BROKER" });
});

test("an id is accepted once at a time, and an accept can be withdrawn", async () => {
  const { packer, plugin } = brokers();
  const withdrawal = new AbortController();
  const first = plugin.accept(5, withdrawal.signal);
  await expect(plugin.accept(5)).rejects.toThrow("being accepted already");
  withdrawal.abort(new Error("no longer needed"));
  await expect(first).rejects.toThrow("no longer needed");
  const again = plugin.accept(5);
  await packer.dial(5);
  await again;
});

test("an answer with another id fails the dial", async () => {
  const [near, far] = memoryPair();
  const broker = new MuxBroker(near, "client");
  const peer = new RawPeer(far);
  const dial = broker.dial(3);
  await peer.until((frames) => frames.length > 0);
  peer.send(FrameType.data, Flag.ack, 1, 4, Buffer.from([9, 0, 0, 0]));
  await expect(dial).rejects.toThrow("stream id 3 was answered with id 9");
});

test("a second stream for an id that waits already is reset", async () => {
  const [near, far] = memoryPair();
  new MuxBroker(near, "server");
  const peer = new RawPeer(far);
  for (const id of [1, 3]) peer.send(FrameType.data, Flag.syn, id, 4, Buffer.from([8, 0, 0, 0]));
  await peer.until((frames) => frames.some(({ flags }) => flags === Flag.rst));
  expect(peer.frames.find(({ flags }) => flags === Flag.rst)?.streamId).toBe(3);
});

test("when the connection ends, accepts fail and the signal tells", async () => {
  const { packer, plugin } = brokers();
  const accept = plugin.accept(4);
  const lost = once(plugin.lost, "abort");
  await packer.close();
  await expect(accept).rejects.toMatchObject({ code: "SESSION_CLOSED" });
  await lost;
  expect(plugin.lost.reason).toMatchObject({ code: "SESSION_CLOSED" });
});
