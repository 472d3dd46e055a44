import { describe, expect, it } from "vitest";
import { z } from "zod";
import { problemsOf, read } from "./read-settings.ts";

describe("values of another kind, as JSON templates have them", () => {
  const accepted: [z.ZodType, unknown, unknown][] = [
    [z.string(), 8, "8"],
    [z.string(), 1.5, "1.5"],
    [z.string(), 1e21, "1000000000000000000000"],
    [z.string(), 9007199254740993n, "9007199254740993"],
    [z.string(), true, "1"],
    [z.string(), false, "0"],
    [z.string(), "", ""],
    [z.number(), "8", 8],
    [z.number(), "-1.5e3", -1500],
    [z.number(), "0x1f", 31],
    [z.number(), "0b11", 3],
    [z.number(), true, 1],
    [z.number().default(7), "", 7],
    [z.boolean(), "true", true],
    [z.boolean(), "T", true],
    [z.boolean(), "0", false],
    [z.boolean(), 2, true],
    [z.boolean(), 0, false],
    [z.boolean().default(true), "", true],
    [z.union([z.number(), z.literal("auto")]), "8", 8],
    [z.union([z.number(), z.literal("auto")]), "auto", "auto"],
    [z.union([z.number(), z.string()]), "8", "8"],
    [z.union([z.boolean(), z.literal("ask")]), "true", true],
    [z.literal(["a", 1]), "1", 1],
    [z.array(z.string()), "a", ["a"]],
    [z.array(z.string()), "a,b", ["a", "b"]],
    [z.array(z.string()), "", []],
    [z.array(z.string()), {}, []],
    [z.array(z.string()), [1, true], ["1", "1"]],
    [z.array(z.number()), "1,2", [1, 2]],
    [z.array(z.number()), 5, [5]],
    [z.record(z.string(), z.string()), [], {}],
    [z.record(z.string(), z.string()), [{ a: 1 }, { b: "2" }], { a: "1", b: "2" }],
    [z.record(z.string(), z.string()), { a: null, b: "x" }, { b: "x" }],
    [z.object({ a: z.number() }), [{ a: "1" }], { a: 1 }],
    [z.object({ a: z.number() }).optional(), [], undefined],
    [z.array(z.object({ a: z.number() })), { a: "1" }, [{ a: 1 }]],
  ];
  it.each(accepted)("%#: %o takes %o", (field, given, expected) => {
    expect(read(z.object({ field }), { field: given }).config?.["field"]).toEqual(expected);
  });

  const refused: [z.ZodType, unknown, string][] = [
    [z.number(), "eight", "field"],
    [z.number(), "8 GB", "field"],
    [z.number(), " 8", "field"],
    [z.number(), "NaN", "field"],
    [z.number(), 9007199254740993n, "field"],
    [z.boolean(), "yes", "field"],
    [z.string(), ["a"], "field"],
    [z.string(), { a: 1 }, "field"],
    [z.array(z.string()), ["a", null], "field[1]"],
    [z.array(z.number()), ["1", ""], "field[1]"],
    [z.record(z.string(), z.string()), "a", "field"],
    [z.object({ a: z.number() }), "a", "field"],
    [z.array(z.object({ a: z.number() })), ["a"], "field[0]"],
  ];
  it.each(refused)("%#: %o does not take %o", (field, given, attribute) => {
    const [problem, ...others] = problemsOf(z.object({ field }), { field: given });
    expect(problem).toMatch(`${attribute}: Invalid input`);
    expect(others).toEqual([]);
  });
});
