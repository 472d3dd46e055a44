import { encode } from "@msgpack/msgpack";
import fc from "fast-check";
import { expect, test } from "vitest";
import { serveConnection } from "../src/index.ts";
import { encodeHeader, Flag, FrameType } from "../src/yamux/frame.ts";
import { fixtureBuilder } from "./support/fixture-components.ts";
import { socketPair } from "./support/transport.ts";

const mainStream = Buffer.alloc(4);

function dataFrame(payload: Uint8Array, flags = 0): Buffer {
  return Buffer.concat([encodeHeader(FrameType.data, flags, 1, payload.length), payload]);
}

test("a plugin survives whatever is sent to it, and ends with the connection", async () => {
  const methods = ["Builder.ConfigSpec", "Builder.Prepare", "Builder.Run", "Builder.Cancel", "X"];
  const call = fc
    .tuple(fc.constantFrom(...methods), fc.nat(), fc.anything({ maxDepth: 3 }))
    .map(([ServiceMethod, Seq, body]) =>
      dataFrame(Buffer.concat([encode({ ServiceMethod, Seq }), encode(body)])),
    );
  const noise = fc.uint8Array({ minLength: 1, maxLength: 50 });
  const part = fc.oneof(
    { weight: 4, arbitrary: call },
    { weight: 1, arbitrary: noise.map((bytes) => dataFrame(bytes)) },
    { weight: 1, arbitrary: noise.map((bytes) => Buffer.from(bytes)) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 12 }), async (parts) => {
      const [near, far] = await socketPair();
      near.resume().on("error", () => {});
      const served = serveConnection({ kind: "builder", component: fixtureBuilder() }, far);
      const ended = served.then(
        () => undefined,
        (error: unknown) => error,
      );
      near.end(Buffer.concat([dataFrame(mainStream, Flag.syn), ...parts]));
      const error = await ended;
      if (error !== undefined) expect(error).toHaveProperty("code");
      expect(far.destroyed).toBe(true);
    }),
    { numRuns: 150 },
  );
});
