import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { encodeHeader, Flag, FrameType, GoAwayReason, HEADER_SIZE } from "../../src/yamux/frame.ts";
import { YamuxSession } from "../../src/yamux/session.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { memoryPair } from "../support/transport.ts";

const open = [FrameType.windowUpdate, Flag.syn, 1, 0] as const;

describe("a frame that breaks the protocol ends the session, and the error names it", () => {
  const cases: [string, (readonly [number, number, number, number])[], string][] = [
    ["unknown type", [[9, 0, 0, 0]], "type 9 frame (stream 0, flags none, length 0)"],
    ["4 GiB of data", [open, [0, 0, 1, 0xffffffff]], "data frame (stream 1, flags none, length"],
    ["data for no stream", [[0, 0, 7, 0xffffffff]], "data frame (stream 7"],
    ["stream 0", [[0, Flag.syn, 0, 1]], "data frame (stream 0, flags SYN, length 1)"],
    ["our own id", [[1, Flag.syn, 2, 0]], "window update frame (stream 2, flags SYN"],
    ["opened twice", [open, open], "window update frame (stream 1, flags SYN"],
    ["ended twice", [open, [1, 4, 1, 0], [1, 4, 1, 0]], "window update frame (stream 1, flags FIN"],
    ["window overflow", [open, [1, 0, 1, 0xffffffff]], "window update frame (stream 1"],
    ["ping on a stream", [[2, Flag.syn, 3, 1]], "ping frame (stream 3, flags SYN, length 1)"],
  ];
  test.each(cases)("%s", async (_name, frames, named) => {
    const [near, far] = memoryPair();
    const session = new YamuxSession(near, "server", { onStream: () => {} });
    const peer = new RawPeer(far);
    for (const [type, flags, id, length] of frames) peer.send(type, flags, id, length);
    const reason = await session.closed;
    expect(reason).toMatchObject({ code: "YAMUX_PROTOCOL" });
    expect(reason?.message).toContain(named);
    await peer.until((seen) => seen.at(-1)?.type === FrameType.goAway);
    expect(peer.frames.at(-1)?.length).toBe(GoAwayReason.protocolError);
  });
});

test("an unknown protocol version is named", async () => {
  const [near, far] = memoryPair();
  const session = new YamuxSession(near, "server");
  far.write(Buffer.from("GET / HTTP/1.1\r\n"));
  expect((await session.closed)?.message).toContain("version 71");
});

test("a go-away with a reason ends the session", async () => {
  const [near, far] = memoryPair();
  const session = new YamuxSession(near, "server");
  new RawPeer(far).send(FrameType.goAway, 0, 0, GoAwayReason.internalError);
  expect(await session.closed).toMatchObject({ code: "GO_AWAY" });
});

test("bytes that nobody reads end the session at the limit", async () => {
  const [near, far] = memoryPair();
  const session = new YamuxSession(near, "server", {
    onStream: () => {},
    maxBufferedBytes: 1_000_000,
  });
  const peer = new RawPeer(far);
  const payload = Buffer.alloc(200_000);
  for (let id = 1; id < 20; id += 2)
    peer.send(FrameType.data, Flag.syn, id, payload.length, payload);
  expect(await session.closed).toMatchObject({ code: "YAMUX_LIMIT" });
});

test("a peer that sends pings and reads no answers is dropped", async () => {
  const [near, far] = memoryPair();
  const session = new YamuxSession(near, "server");
  const pings = Buffer.concat(
    Array.from({ length: 1_000 }, (_, id) => encodeHeader(FrameType.ping, Flag.syn, 0, id)),
  );
  let ended = false;
  session.closed.then(() => {
    ended = true;
  });
  while (!ended) await new Promise<void>((resolve) => far.write(pings, () => resolve()));
  expect(await session.closed).toMatchObject({ code: "YAMUX_LIMIT" });
  expect(near.writableLength).toBeLessThan(2 * 1024 * 1024);
});

test("a million streams are reset but for those within the limit", async () => {
  const [near, far] = memoryPair();
  const session = new YamuxSession(near, "server", { onStream: () => {} });
  const count = 1_000_000;
  let answered = 0;
  far.on("data", (chunk: Buffer) => {
    answered += chunk.length;
  });
  const opens = Buffer.alloc(HEADER_SIZE * 10_000);
  for (let id = 1; id < 2 * count; ) {
    for (let at = 0; at < opens.length; at += HEADER_SIZE, id += 2) {
      encodeHeader(FrameType.windowUpdate, Flag.syn, id, 0).copy(opens, at);
    }
    await new Promise<void>((resolve) => far.write(Buffer.from(opens), () => resolve()));
  }
  await vi.waitFor(() => expect(answered).toBe(count * HEADER_SIZE));
  expect(session.streamCount).toBe(1024);
});

test("random frames and random bytes end in an error or in nothing", async () => {
  const anyFrame = fc
    .tuple(
      fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 255 })),
      fc.oneof(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 0, max: 0xffff })),
      fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 0xffffffff })),
      fc.oneof(fc.integer({ min: 0, max: 64 }), fc.integer({ min: 0, max: 0xffffffff })),
      fc.uint8Array({ maxLength: 64 }),
    )
    .map(([type, flags, id, length, payload]) =>
      Buffer.concat([encodeHeader(type, flags, id, length), payload]),
    );
  const bytes = fc.oneof(
    fc.array(anyFrame, { maxLength: 30 }).map((frames) => Buffer.concat(frames)),
    fc.uint8Array({ maxLength: 500 }).map((noise) => Buffer.from(noise)),
  );
  await fc.assert(
    fc.asyncProperty(bytes, fc.boolean(), async (input, reads) => {
      const [near, far] = memoryPair();
      const session = new YamuxSession(near, "server", {
        maxStreams: 4,
        onStream: (stream) => reads && stream.pipe(stream),
      });
      far.resume().on("error", () => {});
      far.end(input);
      const reason = await session.closed;
      expect(reason?.name).toBe("YamuxError");
      expect(session.streamCount).toBe(0);
    }),
    { numRuns: 300 },
  );
});
