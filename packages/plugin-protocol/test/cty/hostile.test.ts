import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CtyError,
  type CtyType,
  ctyType,
  decodeCtyJson,
  decodeCtyMsgpack,
  encodeCtyJson,
  encodeCtyMsgpack,
} from "../../src/cty/index.ts";
import { typedValue } from "./arbitrary.ts";

const strings = ctyType.list(ctyType.string);

function nestedLists(levels: number): CtyType {
  let type: CtyType = ctyType.string;
  for (let level = 0; level < levels; level++) type = ctyType.list(type);
  return type;
}

/** What `decode` throws: its code, or the whole error where it is not one of ours. */
function codeOf(decode: () => unknown): unknown {
  try {
    decode();
    return "accepted";
  } catch (error) {
    return error instanceof CtyError ? error.code : error;
  }
}

describe("random bytes", () => {
  it("make msgpack answer or fail with its own error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        for (const type of [ctyType.dynamic, strings, ctyType.map(ctyType.number)]) {
          expect(codeOf(() => decodeCtyMsgpack(bytes, type))).toBeTypeOf("string");
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("in the place of some bytes of a good value do no more", () => {
    fc.assert(
      fc.property(
        typedValue(true),
        fc.nat(),
        fc.integer({ min: 0, max: 255 }),
        ({ value }, at, byte) => {
          const bytes = Buffer.from(encodeCtyMsgpack(value));
          bytes[at % bytes.length] = byte;
          expect(codeOf(() => decodeCtyMsgpack(bytes))).toBeTypeOf("string");
          const json = Buffer.from(encodeCtyJson({ kind: "string", value: "a" }));
          json[at % json.length] = byte;
          expect(codeOf(() => decodeCtyJson(json))).toBeTypeOf("string");
        },
      ),
      { numRuns: 500 },
    );
  });

  it("cut off anywhere are refused", () => {
    fc.assert(
      fc.property(typedValue(true), fc.nat(), ({ value }, length) => {
        const bytes = encodeCtyMsgpack(value);
        const cut = bytes.subarray(0, length % bytes.length);
        expect(codeOf(() => decodeCtyMsgpack(cut))).toMatch(/^INVALID_|^TYPE_MISMATCH$/);
      }),
    );
  });
});

describe("lengths that promise more than there is", () => {
  it.each([
    ["an array of 4294967295", "ddffffffff", strings],
    ["a map of 4294967295", "dfffffffff", ctyType.map(ctyType.string)],
    ["a string of 4294967295 bytes", "dbffffffff", ctyType.string],
    ["an extension of 4294967295 bytes", "c9ffffffff0c", ctyType.string],
    ["a type of 4294967295 bytes", "92c6ffffffff", ctyType.dynamic],
  ])("%s", (_what, hex, type) => {
    expect(codeOf(() => decodeCtyMsgpack(Buffer.from(hex, "hex"), type))).toBe("INVALID_MSGPACK");
  });
});

describe("depth", () => {
  it("of msgpack is limited", () => {
    const bytes = Buffer.concat([Buffer.alloc(300, 0x91), Buffer.from("a161", "hex")]);
    expect(codeOf(() => decodeCtyMsgpack(bytes, nestedLists(300)))).toBe("LIMIT_EXCEEDED");
  });

  it("of a dynamic value within a dynamic value is limited", () => {
    const pair = Buffer.concat([Buffer.from("92c409", "hex"), Buffer.from('"dynamic"')]);
    const bytes = Buffer.concat([...Array<Buffer>(300).fill(pair), Buffer.of(0xc0)]);
    expect(codeOf(() => decodeCtyMsgpack(bytes))).toBe("LIMIT_EXCEEDED");
  });

  it("of JSON is limited, whatever the type", () => {
    expect(codeOf(() => decodeCtyJson("[".repeat(1_000_000)))).toBe("LIMIT_EXCEEDED");
    expect(codeOf(() => decodeCtyJson('{"a":'.repeat(1_000_000)))).toBe("LIMIT_EXCEEDED");
  });

  it("of a type is limited", () => {
    const type = `${'["list",'.repeat(300)}"string"${"]".repeat(300)}`;
    expect(codeOf(() => decodeCtyJson(`{"value":null,"type":${type}}`))).toBe("LIMIT_EXCEEDED");
  });

  it("is not reached by brackets in a text", () => {
    const value = `"${"[{".repeat(500)}\\"${"[".repeat(500)}\\\\"`;
    expect(codeOf(() => decodeCtyJson(value, ctyType.string))).toBe("accepted");
  });
});

describe("size", () => {
  const limits = { bytes: 1000, depth: 10, values: 20 };

  it("in bytes is limited", () => {
    const value = { kind: "string", value: "x".repeat(1000) } as const;
    expect(codeOf(() => decodeCtyJson(encodeCtyJson(value), undefined, limits))).toBe(
      "LIMIT_EXCEEDED",
    );
    expect(codeOf(() => decodeCtyMsgpack(encodeCtyMsgpack(value), undefined, limits))).toBe(
      "LIMIT_EXCEEDED",
    );
  });

  it("in values is limited", () => {
    const json = JSON.stringify(Array<string>(30).fill("a"));
    expect(codeOf(() => decodeCtyJson(json, strings, limits))).toBe("LIMIT_EXCEEDED");
    const msgpack = Buffer.concat([Buffer.from("dc001e", "hex"), Buffer.alloc(30, 0xa0)]);
    expect(codeOf(() => decodeCtyMsgpack(msgpack, strings, limits))).toBe("LIMIT_EXCEEDED");
  });

  it.each(["1e1000000000", "1e-1000000000", `0.${"1".repeat(10_000)}`])(
    "of a number is limited: %s",
    (text) => {
      expect(codeOf(() => decodeCtyJson(JSON.stringify(text), ctyType.number))).toBe(
        "INVALID_NUMBER",
      );
    },
  );
});

describe("an error", () => {
  it("names the place and never the value", () => {
    const type = ctyType.object({ login: ctyType.object({ password: ctyType.bool }) });
    const json = '{"login":{"password":"hunter2"}}';
    expect(() => decodeCtyJson(json, type)).toThrow(
      expect.objectContaining({
        code: "TYPE_MISMATCH",
        path: "login.password",
        message: "login.password: a bool is required",
      }),
    );
  });

  it("about JSON does not quote it", () => {
    let failure: unknown;
    try {
      decodeCtyJson('{"value":"hunter2');
    } catch (error) {
      failure = error;
    }
    expect(failure).toMatchObject({ code: "INVALID_JSON", message: "not JSON" });
    expect(inspect(failure, { depth: 5 })).not.toContain("hunter2");
  });
});
