import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CtyValue,
  ctyFromPlain,
  ctyToPlain,
  ctyTypeFromJson,
  ctyTypeOf,
  ctyTypeToJson,
  decodeCtyJson,
  decodeCtyMsgpack,
  encodeCtyJson,
  encodeCtyMsgpack,
  sameCtyType,
} from "../../src/cty/index.ts";
import { fromDouble, numberText, parseNumber } from "../../src/cty/number.ts";
import { anyNumber, anyType, typedValue } from "./arbitrary.ts";

describe("whatever the value", () => {
  it("comes back from msgpack, under its type and under the dynamic type", () => {
    fc.assert(
      fc.property(typedValue(true), ({ type, value }) => {
        expect(decodeCtyMsgpack(encodeCtyMsgpack(value, type), type)).toEqual(value);
        expect(decodeCtyMsgpack(encodeCtyMsgpack(value))).toEqual(value);
      }),
    );
  });

  it("comes back from msgpack when it takes many times the writer's first buffer", () => {
    fc.assert(
      fc.property(fc.array(typedValue(true), { minLength: 1 }), (values) => {
        const items = Array(50)
          .fill(values.map(({ value }) => value))
          .flat();
        const value: CtyValue = { kind: "tuple", items };
        expect(decodeCtyMsgpack(encodeCtyMsgpack(value))).toEqual(value);
      }),
      { numRuns: 30 },
    );
  });

  it("comes back from JSON, under its type and under the dynamic type", () => {
    fc.assert(
      fc.property(typedValue(false), ({ type, value }) => {
        expect(decodeCtyJson(encodeCtyJson(value, type), type)).toEqual(value);
        expect(decodeCtyJson(Buffer.from(encodeCtyJson(value)))).toEqual(value);
      }),
    );
  });

  it("has the type that it was made of", () => {
    fc.assert(
      fc.property(typedValue(true), ({ type, value }) => {
        expect(sameCtyType(ctyTypeOf(value), type)).toBe(true);
      }),
    );
  });

  it("becomes plain JavaScript and, with its type, the same value again", () => {
    const plain = fc.oneof(fc.string(), fc.boolean(), fc.maxSafeInteger(), fc.constant(null));
    const record = fc.dictionary(
      fc.string(),
      fc.oneof(plain, fc.array(plain), fc.record({ a: plain })),
    );
    fc.assert(
      fc.property(record.map(cleanTexts), (value) => {
        expect(ctyToPlain(ctyFromPlain(value))).toEqual(value);
      }),
    );
  });
});

/** The same with text as cty keeps it; `Object.fromEntries` gives the record the usual prototype. */
function cleanTexts(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed().normalize();
  if (Array.isArray(value)) return value.map(cleanTexts);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [cleanTexts(key), cleanTexts(item)]),
  );
}

describe("whatever the type", () => {
  it("comes back from its JSON form", () => {
    fc.assert(
      fc.property(anyType, (type) => {
        expect(ctyTypeFromJson(JSON.parse(JSON.stringify(ctyTypeToJson(type))))).toEqual(type);
      }),
    );
  });
});

describe("whatever the number", () => {
  it("keeps its digits", () => {
    fc.assert(
      fc.property(anyNumber, (value) => {
        expect(parseNumber(numberText(value))).toEqual(value);
      }),
      { examples: [[0], [0.5], ["0.1"], [2n ** 64n]] },
    );
  });

  it("as a double, is written with the digits that JavaScript prints", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = numberText(fromDouble(value));
        expect(Number(text)).toBe(value + 0);
        expect(text).not.toContain("e");
      }),
      { examples: [[1e21], [1e-7], [-1.5e-9], [5e-324]] },
    );
  });
});
