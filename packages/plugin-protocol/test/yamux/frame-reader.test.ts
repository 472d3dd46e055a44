import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeHeader, type FrameHeader } from "../../src/yamux/frame.ts";
import { FrameReader } from "../../src/yamux/frame-reader.ts";

const frame = fc.record({
  type: fc.integer({ min: 0, max: 3 }),
  flags: fc.integer({ min: 0, max: 0xffff }),
  streamId: fc.integer({ min: 0, max: 0xffffffff }),
  payload: fc.uint8Array({ maxLength: 40 }),
});

test("frames come out as they went in, wherever the bytes were cut", () => {
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 8 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 30 })),
      (frames, sizes) => {
        const bytes = Buffer.concat(
          frames.flatMap(({ type, flags, streamId, payload }) => [
            encodeHeader(type, flags, streamId, type === 0 ? payload.length : 7),
            type === 0 ? payload : Buffer.alloc(0),
          ]),
        );
        const seen: (FrameHeader & { payload: number[] })[] = [];
        let payload: number[] = [];
        const reader = new FrameReader({
          header: () => {
            payload = [];
          },
          payload: (piece) => payload.push(...piece),
          end: (header) => seen.push({ ...header, payload }),
        });
        for (let offset = 0; offset < bytes.length; ) {
          const size = sizes.next().value;
          reader.feed(bytes.subarray(offset, offset + size));
          offset += size;
        }
        expect(seen).toEqual(
          frames.map(({ type, flags, streamId, payload: sent }) => ({
            version: 0,
            type,
            flags,
            streamId,
            length: type === 0 ? sent.length : 7,
            payload: type === 0 ? [...sent] : [],
          })),
        );
      },
    ),
  );
});
