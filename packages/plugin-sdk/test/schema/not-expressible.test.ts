import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type ComponentKind, hclSpecOf } from "../../src/schema/index.ts";

/** The message of what is thrown for a schema, once its code is seen to be right. */
function refusal(schema: z.ZodObject, component?: ComponentKind): string {
  try {
    hclSpecOf(schema, component);
  } catch (error) {
    expect(error).toMatchObject({ name: "PluginError", code: "SCHEMA_NOT_EXPRESSIBLE" });
    return (error as Error).message;
  }
  return "accepted";
}

const block = z.object({ id: z.string() });

describe("a field that HCL cannot express", () => {
  it.each<[string, z.ZodType, RegExp]>([
    ["a tuple of several kinds", z.tuple([z.string(), z.number()]), /one type; use z\.object/],
    ["a tuple of objects", z.tuple([block]), /one type; use z\.object/],
    ["an empty tuple", z.tuple([]), /one type; use z\.object/],
    ["a union of objects", z.union([block, block]), /several; use one of them/],
    ["a union of a text and a list", z.union([z.string(), z.array(z.string())]), /several/],
    [
      "a discriminated union",
      z.discriminatedUnion("kind", [z.object({ kind: z.literal("a") })]),
      /several; use one of them/,
    ],
    ["an intersection", z.intersection(block, block), /use first\.extend\(second\.shape\)/],
    ["z.any()", z.any(), /every attribute has a type/],
    ["z.unknown()", z.unknown(), /every attribute has a type/],
    ["z.json()", z.json(), /several/],
    ["a date", z.date(), /use z\.iso\.datetime\(\)/],
    ["a bigint", z.bigint(), /use z\.int\(\), or z\.coerce\.bigint\(\)/],
    ["a Map", z.map(z.string(), z.string()), /use z\.record/],
    ["a Set", z.set(z.string()), /use z\.array/],
    ["a function", z.custom<() => void>(), /use z\.string\(\)\.refine/],
    ["an instance", z.instanceof(Date), /use z\.string\(\)\.refine/],
    ["a transform of anything", z.transform(String), /put a schema in front/],
    ["a symbol", z.symbol(), /cannot hold symbol/],
    ["never", z.never(), /cannot hold never/],
    ["null", z.null(), /cannot hold null/],
    ["undefined", z.undefined(), /cannot hold undefined/],
    ["a literal null", z.literal(null), /not strings, numbers or bools/],
    ["a literal bigint", z.literal(1n), /not strings, numbers or bools/],
    ["a file", z.file(), /cannot hold file/],
    ["a map of blocks", z.record(z.string(), block), /use z\.array\(z\.object/],
    ["a map with numbers for keys", z.record(z.number(), z.string()), /use z\.record/],
    ["a list of lists of blocks", z.array(z.array(block)), /use z\.array\(z\.object/],
  ])("%s is refused with a cure", (_what, field, cure) => {
    const message = refusal(z.object({ field }));
    expect(message).toMatch(/^HCL cannot express the field "field/);
    expect(message).toMatch(cure);
  });

  it.each<[string, z.ZodObject, string]>([
    ["in a block", z.object({ a: z.object({ b: z.date().optional() }) }), "a.b"],
    ["in a list of blocks", z.object({ a: z.array(z.object({ b: z.date() })) }), "a[*].b"],
    ["in a map", z.object({ a: z.record(z.string(), z.date()) }), "a.*"],
    ["in a list", z.object({ a: z.array(z.array(z.date())) }), "a[*][*]"],
  ])("%s is named by its path", (_what, schema, path) => {
    expect(refusal(schema)).toContain(`the field "${path}"`);
  });
});

describe("a recursive schema", () => {
  const tree = z.object({
    name: z.string(),
    get children() {
      return z.array(tree);
    },
  });

  it("is refused", () => {
    expect(refusal(tree)).toContain('"children[*]": it contains itself');
  });

  it("that makes itself anew is refused", () => {
    const endless = (): z.ZodType => z.lazy(() => z.array(endless()));
    expect(refusal(z.object({ field: endless() }))).toContain("it contains itself");
    const wrapped = (): z.ZodType => z.lazy(() => wrapped().optional());
    expect(refusal(z.object({ field: wrapped() }))).toContain("recursive");
  });

  it("does not mean the same schema twice side by side", () => {
    expect(refusal(z.object({ first: block, second: z.array(block) }))).toBe("accepted");
  });
});

describe("a name", () => {
  it.each(["with space", "1st", "a.b", "", "a$"])(
    "that HCL does not have is refused: %j",
    (name) => {
      expect(refusal(z.object({ [name]: z.string() }))).toContain("rename it");
    },
  );

  it.each(["a", "_a", "a-b", "A1", "größe"])("that HCL has is taken: %s", (name) => {
    expect(refusal(z.object({ [name]: z.string() }))).toBe("accepted");
  });

  it("`dynamic` is refused for a block, and taken for an attribute", () => {
    expect(refusal(z.object({ outer: z.object({ dynamic: block }) }))).toContain("outer.dynamic");
    expect(refusal(z.object({ dynamic: z.boolean() }))).toBe("accepted");
  });

  it.each<[ComponentKind, string, boolean]>([
    ["builder", "packer_debug", false],
    ["builder", "name", true],
    ["builder", "timeout", true],
    ["data-source", "name", true],
    ["provisioner", "timeout", false],
    ["provisioner", "pause_before", false],
    ["provisioner", "keep_input_artifact", true],
    ["post-processor", "keep_input_artifact", false],
    ["post-processor", "only", false],
    ["post-processor", "timeout", true],
  ])("in a %s, %s: %j", (component, name, taken) => {
    const message = refusal(z.object({ [name]: z.string() }), component);
    expect(message === "accepted").toBe(taken);
  });
});
