import {
  type CtyValue,
  ctyFromPlain,
  ctyTypeOfSpec,
  decodeCtyJson,
  encodeCtyJson,
} from "@packerkit/plugin-protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigError, readConfigs } from "../../src/config.ts";
import { hclSpecOf } from "../../src/schema/index.ts";
import { toySchema } from "./toy-schema.ts";

const text = fc.string().map((value) => value.normalize());
const texts = fc.array(text, { maxLength: 3 });
const number = fc
  .double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 })
  .map((n) => n + 0);

/** Settings that the toy schema takes, as a template may give them. */
const validSettings = fc.record(
  {
    name: text,
    size: number,
    ratio: number,
    serial: fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }),
    on: fc.boolean(),
    mode: fc.constant("auto" as const),
    tags: fc.dictionary(text, text),
    zones: texts,
    matrix: fc.array(fc.array(fc.integer(), { maxLength: 2 }), { maxLength: 2 }),
    boot: fc.record({ path: text, pull: fc.boolean() }, { requiredKeys: ["path"] }),
    disk: fc.array(fc.record({ size: fc.integer(), label: text }, { requiredKeys: ["size"] })),
    user: fc.array(fc.record({ id: text }), { minLength: 1 }),
  },
  { requiredKeys: ["name", "disk"], noNullPrototype: true },
);

/** What Packer would send for settings: typed by the spec, null where nothing is set. */
function asPackerSends(settings: unknown): CtyValue {
  const type = ctyTypeOfSpec(hclSpecOf(toySchema));
  return decodeCtyJson(encodeCtyJson(ctyFromPlain(settings, type)));
}

describe("whatever a template says", () => {
  it("arrives as the schema would have read it", () => {
    fc.assert(
      fc.property(validSettings, (settings) => {
        const value = asPackerSends(settings);
        const { config } = readConfigs("toy", toySchema, [{ kind: "cty", value }]);
        expect(config).toEqual(toySchema.parse(settings));
      }),
    );
  });

  it("is read, or refused with the problems in it", () => {
    const names = fc.constantFrom(
      ...Object.keys(toySchema.shape),
      "colour",
      "packer_debug",
      "type",
    );
    fc.assert(
      fc.property(fc.dictionary(names, fc.jsonValue({ maxDepth: 3 })), (settings) => {
        try {
          readConfigs("toy", toySchema, [{ kind: "plain", value: settings }]);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
          expect((error as ConfigError).problems.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });
});
