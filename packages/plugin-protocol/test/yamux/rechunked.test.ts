import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { YamuxSession } from "../../src/yamux/session.ts";
import { memoryPair, readAll } from "../support/transport.ts";

/** Passes bytes on in pieces of the sizes given, over and over. */
function cutting(sizes: readonly number[]): Transform {
  let turn = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (let offset = 0; offset < chunk.length; ) {
        const size = sizes[turn++ % sizes.length] as number;
        this.push(chunk.subarray(offset, offset + size));
        offset += size;
      }
      done();
    },
  });
}

test("streams are whole however the connection cuts and joins the bytes", async () => {
  const sizes = fc.array(
    fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 70_000 })),
    {
      minLength: 1,
      maxLength: 10,
    },
  );
  const writes = fc.array(fc.integer({ min: 0, max: 90_000 }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.array(writes, { minLength: 1, maxLength: 3 }), async (cuts, all) => {
      const [[near, nearEnd], [far, farEnd]] = [memoryPair(), memoryPair()];
      nearEnd.pipe(cutting(cuts)).pipe(farEnd);
      farEnd.pipe(cutting(cuts.toReversed())).pipe(nearEnd);
      new YamuxSession(far, "server", { onStream: (stream) => void pipeline(stream, stream) });
      const session = new YamuxSession(near, "client");
      await Promise.all(
        all.map(async (lengths) => {
          const pieces = lengths.map((length, at) => Buffer.alloc(length, at + 1));
          const stream = await session.open();
          const [back] = await Promise.all([readAll(stream), pipeline(pieces, stream)]);
          expect(back.equals(Buffer.concat(pieces))).toBe(true);
        }),
      );
    }),
    { numRuns: 12 },
  );
});
