import { encode } from "@msgpack/msgpack";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MessageLimits } from "../../src/rpc/limits.ts";
import { MessageReader } from "../../src/rpc/message-reader.ts";

/** Feeds bytes in pieces of the given sizes, and answers the values that come out. */
function read(bytes: Buffer, sizes: Iterator<number>, limits?: MessageLimits): Buffer[] {
  const values: Buffer[] = [];
  const reader = new MessageReader((encoded) => values.push(Buffer.from(encoded)), limits);
  for (let offset = 0; offset < bytes.length; ) {
    const size = sizes.next().value;
    reader.feed(bytes.subarray(offset, offset + size));
    offset += size;
  }
  return values;
}

function whole(bytes: Buffer, limits?: MessageLimits): Buffer[] {
  return read(bytes, [bytes.length].values(), limits);
}

const anyValue = fc.anything({
  maxDepth: 4,
  withDate: true,
  withTypedArray: false,
  values: [
    fc.string({ maxLength: 300 }),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 70_000 }),
    fc.array(fc.nat(), { maxLength: 40 }),
  ],
});

test("values back to back come out one by one, wherever the bytes were cut", () => {
  fc.assert(
    fc.property(
      fc.array(anyValue, { maxLength: 6 }),
      fc.infiniteStream(
        fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9_000 })),
      ),
      (values, sizes) => {
        const encoded = values.map((value) => Buffer.from(encode(value)));
        expect(read(Buffer.concat(encoded), sizes)).toEqual(encoded);
      },
    ),
    { numRuns: 200 },
  );
});

describe("what breaks a limit is refused as soon as it is declared", () => {
  const cases: [string, Buffer, MessageLimits, string][] = [
    ["a string of 4 GiB", hex("dbffffffff"), {}, "larger than 67108864 bytes"],
    ["bin of 4 GiB", hex("c6ffffffff"), {}, "larger than 67108864 bytes"],
    ["an extension of 4 GiB", hex("c9ffffffff"), {}, "larger than 67108864 bytes"],
    ["a list of 4 billion", hex("ddffffffff"), {}, "more than 1048576 values"],
    ["a map of 4 billion", hex("dfffffffff"), {}, "more than 1048576 values"],
    ["a million lists in each other", Buffer.alloc(1e6, 0x91), {}, "deeper than 512 levels"],
    ["many small strings", hex("93a178a178a178"), { maxBytes: 5 }, "larger than 5 bytes"],
    ["lists of lists", hex("92929292"), { maxValues: 5 }, "more than 5 values"],
    ["the byte that begins nothing", hex("c1"), {}, "byte 0xc1 begins no value"],
  ];
  test.each(cases)("%s", (_name, bytes, limits, message) => {
    expect(() => whole(bytes, limits)).toThrow(
      expect.objectContaining({ code: "RPC_PROTOCOL", message: expect.stringContaining(message) }),
    );
  });
});

test("limits hold for each value, not for all together", () => {
  const values = Array.from({ length: 100 }, () => Buffer.from(encode(["abc"])));
  const read = whole(Buffer.concat(values), { maxBytes: 10, maxValues: 3, maxDepth: 3 });
  expect(read).toHaveLength(100);
});

test("random bytes end in values, in an error or in nothing", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
      const bytes = Buffer.from(noise);
      try {
        expect(Buffer.concat(whole(bytes)).length).toBeLessThanOrEqual(bytes.length);
      } catch (error) {
        expect(error).toMatchObject({ code: "RPC_PROTOCOL" });
      }
    }),
    { numRuns: 2_000 },
  );
});

function hex(text: string): Buffer {
  return Buffer.from(text, "hex");
}
