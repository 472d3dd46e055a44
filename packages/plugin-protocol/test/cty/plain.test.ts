import { describe, expect, it } from "vitest";
import {
  type CtyValue,
  ctyFromPlain,
  ctyToPlain,
  ctyType,
  decodeCtyJson,
  encodeCtyJson,
} from "../../src/cty/index.ts";

describe("ctyToPlain", () => {
  it("makes records, arrays and nulls of what Packer sends", () => {
    const value = decodeCtyJson(
      JSON.stringify({
        value: { name: "a", ports: [22, 80], missing: null, tags: { k: "v" } },
        type: [
          "object",
          {
            name: "string",
            ports: ["list", "number"],
            missing: "string",
            tags: ["map", "string"],
          },
        ],
      }),
    );
    expect(ctyToPlain(value)).toEqual({
      name: "a",
      ports: [22, 80],
      missing: null,
      tags: { k: "v" },
    });
  });

  it.each([
    ["9007199254740991", 9007199254740991],
    ["9007199254740993", 9007199254740993n],
    ["-123456789012345678901234567890", -123456789012345678901234567890n],
    ["1e20", 100000000000000000000n],
    ["0.1", 0.1],
    ["3.141592653589793238462643383279", Math.PI],
  ])("gives %s without changing an integer", (text, expected) => {
    expect(ctyToPlain(decodeCtyJson(text, ctyType.number))).toBe(expected);
  });

  it("keeps an attribute named __proto__ an attribute", () => {
    const plain = ctyToPlain(decodeCtyJson('{"__proto__":"x"}', ctyType.map(ctyType.string)));
    expect(Object.entries(plain as object)).toEqual([["__proto__", "x"]]);
    expect(Object.getPrototypeOf(plain)).toBe(Object.prototype);
  });

  const unknown: CtyValue = {
    kind: "object",
    attributes: new Map([["id", { kind: "unknown", type: ctyType.string }]]),
  };

  it("refuses a value that is not known, and says where it is", () => {
    expect(() => ctyToPlain(unknown)).toThrow(
      expect.objectContaining({ code: "UNKNOWN_VALUE", path: "id" }),
    );
  });

  it("puts a marker of the caller's own for it", () => {
    const options = { unknown: (type: { kind: string }) => `<unknown ${type.kind}>` };
    expect(ctyToPlain(unknown, options)).toEqual({ id: "<unknown string>" });
  });
});

describe("ctyFromPlain", () => {
  it("takes 0.1 for the 0.1 of a template", () => {
    expect(ctyFromPlain(0.1)).toEqual(decodeCtyJson("0.1", ctyType.number));
  });

  it("makes an object of a record, without what is undefined", () => {
    expect(encodeCtyJson(ctyFromPlain({ b: [1, "x", null], a: true, c: undefined }))).toBe(
      '{"value":{"a":true,"b":[1,"x",null]},"type":["object",{"a":"bool","b":["tuple",["number","string","dynamic"]]}]}',
    );
  });

  it("completes an object of a known type with nulls", () => {
    const type = ctyType.object({ id: ctyType.string, size: ctyType.number });
    expect(encodeCtyJson(ctyFromPlain({ id: "a" }, type), type)).toBe('{"id":"a","size":null}');
  });

  const owner = ctyType.object({ owners: ctyType.list(ctyType.string) });
  it.each([
    ["a wrong element", { owners: ["a", 1] }, "owners[1]"],
    ["an attribute that the type does not have", { owner: "a" }, "owner"],
    ["a list in place of an object", [], ""],
  ])("says where %s is", (_what, value, path) => {
    expect(() => ctyFromPlain(value, owner)).toThrow(
      expect.objectContaining({ code: "TYPE_MISMATCH", path }),
    );
  });

  it.each([
    ["a function", () => 1],
    ["a date", new Date()],
    ["a Map", new Map()],
    ["a symbol", Symbol("s")],
  ])("refuses %s", (_what, value) => {
    expect(() => ctyFromPlain({ value })).toThrow(
      expect.objectContaining({ code: "TYPE_MISMATCH", path: "value" }),
    );
  });

  it("refuses NaN", () => {
    expect(() => ctyFromPlain(Number.NaN)).toThrow(
      expect.objectContaining({ code: "INVALID_NUMBER" }),
    );
  });

  it("refuses a record that holds itself", () => {
    const endless: Record<string, unknown> = {};
    endless["self"] = endless;
    expect(() => ctyFromPlain(endless)).toThrow(
      expect.objectContaining({ code: "LIMIT_EXCEEDED" }),
    );
  });
});
