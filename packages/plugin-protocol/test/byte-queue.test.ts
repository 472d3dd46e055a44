import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteQueue } from "../src/byte-queue.ts";

test("bytes come out as they went in, in order", () => {
  const step = fc.oneof(
    fc.uint8Array({ maxLength: 3_000 }),
    fc.constant("large" as const),
    fc.constant("shift" as const),
    fc.constant("all" as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const queue = new ByteQueue();
      const [pushed, taken]: [Buffer[], Buffer[]] = [[], []];
      for (const one of steps) {
        if (one === "shift") taken.push(queue.shift() ?? Buffer.alloc(0));
        else if (one === "all") taken.push(queue.takeAll());
        else {
          const piece = one === "large" ? Buffer.alloc(20_000, steps.length) : Buffer.from(one);
          pushed.push(piece);
          queue.push(piece);
        }
        const size = (pieces: Buffer[]) => pieces.reduce((sum, { length }) => sum + length, 0);
        expect(queue.length).toBe(size(pushed) - size(taken));
      }
      taken.push(queue.takeAll());
      expect(Buffer.concat(taken).equals(Buffer.concat(pushed))).toBe(true);
    }),
  );
});

test("a quarter of a million single bytes are held in few pieces", () => {
  const queue = new ByteQueue();
  const chunk = Buffer.alloc(65_536, 1);
  for (let at = 0; at < 262_144; at++) queue.push(chunk.subarray(at % 65_536, (at % 65_536) + 1));
  let pieces = 0;
  let held = 0;
  for (let piece = queue.shift(); piece !== undefined; piece = queue.shift()) {
    pieces++;
    held += piece.buffer.byteLength;
  }
  expect(pieces).toBeLessThan(40);
  expect(held).toBeLessThan(300_000);
});
