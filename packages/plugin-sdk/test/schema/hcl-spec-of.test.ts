import { encodeHclSpec, type HclSpec, type HclType } from "@packerkit/plugin-protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { hclSpecOf } from "../../src/schema/index.ts";
import readByGo from "./hcl-read-by-go.json" with { type: "json" };
import { toySchema } from "./toy-schema.ts";

const string: HclType = { kind: "string" };
const number: HclType = { kind: "number" };
const bool: HclType = { kind: "bool" };
const list = (element: HclType): HclType => ({ kind: "list", element });
const map = (element: HclType): HclType => ({ kind: "map", element });

function specOf(field: z.ZodType): HclSpec | undefined {
  return hclSpecOf(z.object({ field })).attributes["field"];
}

describe("an attribute", () => {
  it.each<[string, z.ZodType, HclType]>([
    ["z.string()", z.string(), string],
    ["a format", z.email(), string],
    ["a date in text", z.iso.datetime(), string],
    ["a template literal", z.templateLiteral(["ami-", z.string()]), string],
    ["an enum", z.enum(["a", "b"]), string],
    ["a literal", z.literal("a"), string],
    ["a date, coerced", z.coerce.date(), string],
    ["z.number()", z.number(), number],
    ["z.int()", z.int(), number],
    ["a number, coerced", z.coerce.number(), number],
    ["a bigint, coerced", z.coerce.bigint(), number],
    ["an enum of numbers", z.enum({ one: 1, two: 2 }), number],
    ["z.boolean()", z.boolean(), bool],
    ["z.stringbool()", z.stringbool(), string],
    ["a union of one kind", z.union([z.literal("a"), z.email()]), string],
    ["a union of several kinds", z.union([z.number(), z.literal("auto")]), string],
    ["a union with null", z.union([z.number(), z.null()]), number],
    ["literals of several kinds", z.literal(["a", 1, true]), string],
    ["a list", z.array(z.string()), list(string)],
    ["a list of lists", z.array(z.array(z.number())), list(list(number))],
    ["a list of maps", z.array(z.record(z.string(), z.string())), list(map(string))],
    ["a tuple of one kind", z.tuple([z.string(), z.string()], z.enum(["x"])), list(string)],
    ["a map", z.record(z.string(), z.number()), map(number)],
    ["a map with an enum for its keys", z.partialRecord(z.enum(["a"]), z.string()), map(string)],
    ["a map of lists", z.record(z.string(), z.array(z.string())), map(list(string))],
  ])("from %s", (_what, schema, type) => {
    expect(specOf(schema)).toEqual({ kind: "attr", name: "field", type, required: false });
  });

  it.each<[string, z.ZodType]>([
    ["optional", z.number().optional()],
    ["nullable", z.number().nullable()],
    ["nullish", z.number().nullish()],
    ["default", z.number().default(1)],
    ["prefault", z.number().prefault(1)],
    ["nonoptional", z.number().optional().nonoptional()],
    ["readonly", z.number().readonly()],
    ["catch", z.number().catch(1)],
    ["checks", z.number().min(1).max(5)],
    ["meta and describe", z.number().meta({ title: "t" }).describe("d")],
    ["a refinement", z.number().refine((value) => value > 1)],
    ["a transform", z.number().transform(String)],
    ["a pipe", z.number().pipe(z.coerce.string())],
    ["a preprocess", z.preprocess((value) => value, z.number())],
    ["a codec", z.codec(z.number(), z.string(), { decode: String, encode: Number })],
    ["lazy", z.lazy(() => z.number())],
    [
      "all at once",
      z
        .lazy(() => z.number().min(1).optional())
        .readonly()
        .default(2),
    ],
  ])("has the type of what is inside %s", (_what, schema) => {
    expect(specOf(schema)).toMatchObject({ kind: "attr", type: number });
  });
});

describe("a block", () => {
  const nested = z.strictObject({ size: z.number().optional() });
  const inside: HclSpec = {
    kind: "object",
    attributes: { size: { kind: "attr", name: "size", type: number, required: false } },
  };

  it("comes from an object", () => {
    expect(specOf(nested.optional())).toEqual({
      kind: "block_value",
      name: "field",
      required: false,
      nested: inside,
    });
  });

  it("that may come several times, from an array of objects", () => {
    expect(specOf(z.array(nested.readonly()).min(1).default([{}]))).toEqual({
      kind: "block_list",
      name: "field",
      nested: inside,
    });
  });
});

describe("the whole spec", () => {
  it("is the one by which Go read the templates of hcl-read-by-go.json", () => {
    const bytes = encodeHclSpec(hclSpecOf(toySchema));
    expect(Buffer.from(bytes).toString("hex")).toBe(readByGo.spec);
  });

  it("of a schema with a refinement is that of its fields", () => {
    const schema = z.object({ a: z.string() }).refine(() => true);
    expect(Object.keys(hclSpecOf(schema).attributes)).toEqual(["a"]);
  });

  it("of no fields is empty", () => {
    expect(hclSpecOf(z.strictObject({}))).toEqual({ kind: "object", attributes: {} });
  });
});
