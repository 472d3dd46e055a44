import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import { expect, test } from "vitest";
import { Flag, FrameType, GoAwayReason, INITIAL_WINDOW } from "../../src/yamux/frame.ts";
import { YamuxSession } from "../../src/yamux/session.ts";
import type { YamuxStream } from "../../src/yamux/stream.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { memoryPair, readAll, socketPair } from "../support/transport.ts";

/** A client session, and what its server side gets. */
async function sessions(): Promise<{
  client: YamuxSession;
  server: YamuxSession;
  nextStream(): Promise<YamuxStream>;
}> {
  const [near, far] = await socketPair();
  const arrived: YamuxStream[] = [];
  const waiting: ((stream: YamuxStream) => void)[] = [];
  const server = new YamuxSession(far, "server", {
    onStream: (stream) => {
      const take = waiting.shift();
      if (take === undefined) arrived.push(stream);
      else take(stream);
    },
  });
  return {
    client: new YamuxSession(near, "client"),
    server,
    nextStream: async () =>
      arrived.shift() ?? (await new Promise<YamuxStream>((resolve) => waiting.push(resolve))),
  };
}

test("streams carry megabytes both ways at once, unchanged", async () => {
  const { client, nextStream } = await sessions();
  const contents = Array.from({ length: 8 }, () => randomBytes(1_500_000));
  const digests = await Promise.all(
    contents.map(async (content) => {
      const stream = await client.open();
      const echo = await nextStream();
      const [, , back] = await Promise.all([
        pipeline([content], stream, { end: true }),
        pipeline(echo, echo),
        readAll(stream),
      ]);
      return digest(back);
    }),
  );
  expect(digests).toEqual(contents.map(digest));
  expect(client.streamCount).toBe(0);
});

test("a stream that one side has ended still carries the other direction", async () => {
  const { client, nextStream } = await sessions();
  const stream = await client.open();
  stream.end("question");
  const far = await nextStream();
  expect((await readAll(far)).toString()).toBe("question");
  far.end("answer");
  expect((await readAll(stream)).toString()).toBe("answer");
});

test("nobody reads, so the peer sends one window and waits", async () => {
  const [near, far] = memoryPair();
  const peer = new RawPeer(far);
  const stream = await new YamuxSession(near, "client").open();
  const written = pipeline([Buffer.alloc(INITIAL_WINDOW + 5_000, 7)], stream);
  await peer.until(() => peer.received(1).length >= INITIAL_WINDOW);
  peer.send(FrameType.ping, Flag.syn, 0, 1);
  await peer.until((frames) => frames.at(-1)?.type === FrameType.ping);
  expect(peer.received(1).length).toBe(INITIAL_WINDOW);

  peer.send(FrameType.windowUpdate, Flag.ack, 1, 5_000);
  await written;
  await peer.until((frames) => frames.some(({ flags }) => flags === Flag.fin));
  expect(peer.received(1)).toEqual(Buffer.alloc(INITIAL_WINDOW + 5_000, 7));
});

test("what is read is granted again, and nothing before", async () => {
  const [near, far] = memoryPair();
  const streams: YamuxStream[] = [];
  new YamuxSession(near, "server", { onStream: (stream) => void streams.push(stream) });
  const peer = new RawPeer(far);
  const payload = Buffer.alloc(INITIAL_WINDOW / 4, 1);
  peer.send(FrameType.windowUpdate, Flag.syn, 1, 0);
  for (let sent = 0; sent < 4; sent++) peer.send(FrameType.data, 0, 1, payload.length, payload);
  await peer.until((frames) => frames.length >= 1);
  const granted = () =>
    peer.frames
      .filter(({ type }) => type === FrameType.windowUpdate)
      .reduce((sum, { length }) => sum + length, 0);
  expect(granted()).toBe(0);

  streams[0]?.resume();
  await peer.until(() => granted() === INITIAL_WINDOW);
});

test("one piece as large as the window is granted again", async () => {
  const [near, far] = memoryPair();
  new YamuxSession(near, "server", { onStream: (stream) => void stream.resume() });
  const peer = new RawPeer(far);
  const payload = Buffer.alloc(INITIAL_WINDOW, 1);
  peer.send(FrameType.data, Flag.syn, 1, payload.length, payload);
  peer.send(FrameType.ping, Flag.syn, 0, 1);
  await peer.until((frames) => frames.some(({ length }) => length === INITIAL_WINDOW));
});

test("destroying a stream resets it on the other side and leaves its neighbours alone", async () => {
  const { client, nextStream } = await sessions();
  const [doomed, fine] = [await client.open(), await client.open()];
  const [doomedFar, fineFar] = [await nextStream(), await nextStream()];
  doomed.destroy();
  const [error] = await once(doomedFar, "error");
  expect(error).toMatchObject({ code: "STREAM_RESET" });
  fine.end("still here");
  expect((await readAll(fineFar)).toString()).toBe("still here");
});

test("after a go-away no stream is opened towards its sender, and open ones go on", async () => {
  const { client, server, nextStream } = await sessions();
  const stream = await client.open();
  const far = await nextStream();
  server.goAway();
  await server.ping();
  await client.ping();
  await expect(client.open()).rejects.toMatchObject({ code: "GO_AWAY" });
  stream.end("late");
  expect((await readAll(far)).toString()).toBe("late");
});

test("a stream that the peer opens after our go-away is reset", async () => {
  const [near, far] = memoryPair();
  const session = new YamuxSession(near, "server", { onStream: () => {} });
  const peer = new RawPeer(far);
  session.goAway();
  peer.send(FrameType.windowUpdate, Flag.syn, 1, 0);
  await peer.until((frames) => frames.length === 2);
  expect(peer.frames).toMatchObject([
    { type: FrameType.goAway, length: GoAwayReason.normal },
    { type: FrameType.windowUpdate, streamId: 1, flags: Flag.rst },
  ]);
});

test("streams beyond the limit are reset, those within it accepted", async () => {
  const [near, far] = memoryPair();
  const session = new YamuxSession(near, "server", { onStream: () => {}, maxStreams: 10 });
  const peer = new RawPeer(far);
  for (let id = 1; id < 2_000; id += 2) peer.send(FrameType.windowUpdate, Flag.syn, id, 0);
  await peer.until((frames) => frames.length === 1_000);
  expect(peer.frames.filter(({ flags }) => flags === Flag.ack)).toHaveLength(10);
  expect(peer.frames.filter(({ flags }) => flags === Flag.rst)).toHaveLength(990);
  expect(session.streamCount).toBe(10);
});

test("opening waits while too many streams are unacknowledged", async () => {
  const [near, far] = memoryPair();
  const session = new YamuxSession(near, "client", { acceptBacklog: 2 });
  const peer = new RawPeer(far);
  await session.open();
  await session.open();
  let opened = false;
  const third = session.open().then((stream) => {
    opened = true;
    return stream.id;
  });
  await peer.until((frames) => frames.length === 2);
  expect(opened).toBe(false);
  peer.send(FrameType.windowUpdate, Flag.ack, 1, 0);
  expect(await third).toBe(5);
});

test("a peer that does not acknowledge a stream ends the session", async () => {
  const [near] = memoryPair();
  const session = new YamuxSession(near, "client", { openTimeout: 5 });
  const stream = await session.open();
  const [error] = await once(stream, "error");
  expect(error).toMatchObject({ code: "TIMEOUT" });
  expect(await session.closed).toBe(error);
});

test("a peer that answers no ping ends the session", async () => {
  const [near] = memoryPair();
  const session = new YamuxSession(near, "client", { keepAliveInterval: 2, pingTimeout: 5 });
  expect(await session.closed).toMatchObject({ code: "TIMEOUT" });
});

test("pings are answered with the value they carry", async () => {
  const [near, far] = memoryPair();
  new YamuxSession(near, "server");
  const peer = new RawPeer(far);
  peer.send(FrameType.ping, Flag.syn, 0, 0xdeadbeef);
  await peer.until((frames) => frames.length === 1);
  expect(peer.frames[0]).toMatchObject({
    type: FrameType.ping,
    flags: Flag.ack,
    length: 0xdeadbeef,
  });
});

test("a lost connection fails the streams that it cuts, not those that were complete", async () => {
  const { client, server, nextStream } = await sessions();
  const cut = await client.open();
  const complete = await client.open();
  const [cutFar, completeFar] = [await nextStream(), await nextStream()];
  cutFar.write("half of ");
  completeFar.end("all of it");
  const failed = once(cut, "error");
  await server.ping();
  await server.close();
  const [error] = await failed;
  expect(error).toMatchObject({ code: "SESSION_CLOSED" });
  expect((await readAll(complete)).toString()).toBe("all of it");
  await expect(client.open()).rejects.toMatchObject({ code: "SESSION_CLOSED" });
  expect(await server.closed).toBeUndefined();
  expect(await client.closed).toMatchObject({ code: "SESSION_CLOSED" });
});

function digest(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
