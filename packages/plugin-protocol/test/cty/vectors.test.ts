import { describe, expect, it } from "vitest";
import {
  CtyError,
  type CtyValue,
  ctyTypeFromJson,
  ctyTypeToJson,
  decodeCtyJson,
  decodeCtyMsgpack,
  encodeCtyJson,
  encodeCtyMsgpack,
} from "../../src/cty/index.ts";
import vectors from "./vectors.json" with { type: "json" };

/** What Go's go-cty 1.13.3 does, printed by the program in interop that made `vectors.json`. */
interface Input {
  type: unknown;
  json?: string;
  msgpack?: string;
}

/** Where we refuse what Go accepts, each with the reason. */
const stricterThanGo = new Map([
  ['"number": "1p4"', "a binary exponent is no decimal notation"],
  ['["map","string"]: 8101a162', "a key that is an integer; Go reads it as empty"],
  ['["object",{"a":"string"}]: 80', "no attributes; Go answers a value of another type"],
  ['["tuple",["string","number"]]: 90', "no elements; Go answers a value of another type"],
]);

function decode(input: Input): CtyValue {
  const type = ctyTypeFromJson(input.type);
  return input.json === undefined
    ? decodeCtyMsgpack(Buffer.from(input.msgpack ?? "", "hex"), type)
    : decodeCtyJson(input.json, type);
}

const title = (input: Input) =>
  `${JSON.stringify(input.type)}: ${input.json ?? input.msgpack ?? ""}`.slice(0, 100);

describe("values that Go wrote", () => {
  it.each(vectors.values)("$name: msgpack comes back byte for byte", (vector) => {
    const type = ctyTypeFromJson(vector.type);
    const value = decodeCtyMsgpack(Buffer.from(vector.msgpack, "hex"), type);
    expect(encodeCtyMsgpack(value, type).toString("hex")).toBe(vector.msgpack);
  });

  const inJson = vectors.values.filter((vector) => vector.json !== undefined);
  it.each(inJson)("$name: JSON comes back letter for letter", (vector) => {
    const type = ctyTypeFromJson(vector.type);
    expect(encodeCtyJson(decodeCtyJson(vector.json ?? "", type), type)).toBe(vector.json);
  });

  const notFromDouble = inJson.filter(({ name }) => name !== "number from the float 0.1");
  it.each(notFromDouble)("$name: JSON and msgpack are the same value", (vector) => {
    const type = ctyTypeFromJson(vector.type);
    expect(encodeCtyMsgpack(decodeCtyJson(vector.json ?? "", type), type).toString("hex")).toBe(
      vector.msgpack,
    );
  });

  it.each(vectors.values)("$name: the type comes back", (vector) => {
    expect(ctyTypeToJson(ctyTypeFromJson(vector.type))).toEqual(vector.type);
  });
});

describe("input that Go accepts", () => {
  const inputs = vectors.converted.map((input) => ({ input, title: title(input) }));

  it.each(inputs.filter(({ title }) => !stricterThanGo.has(title)))("$title", ({ input }) => {
    expect(encodeCtyMsgpack(decode(input)).toString("hex")).toBe(input.becomes);
  });

  const strict = inputs.filter(({ title }) => stricterThanGo.has(title));
  it.each(strict)("$title is refused all the same", ({ input }) => {
    expect(() => decode(input)).toThrow(CtyError);
  });
});

describe("input that Go refuses", () => {
  it.each(vectors.refused.map((input) => ({ input, title: title(input) })))(
    "$title is refused",
    ({ input }) => {
      expect(() => decode(input)).toThrow(CtyError);
    },
  );
});
