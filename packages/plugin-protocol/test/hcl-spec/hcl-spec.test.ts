import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ctyType } from "../../src/cty/index.ts";
import {
  ctyTypeOfSpec,
  decodeHclSpec,
  encodeHclSpec,
  type HclObjectSpec,
  type HclSpec,
  HclSpecError,
  type HclType,
} from "../../src/hcl-spec/index.ts";
import vectors from "./vectors.json" with { type: "json" };

/** A spec as the Go program of `vectors.json` prints it: types in cty's JSON form, nothing that is empty. */
interface GoSpec {
  kind: string;
  name?: string;
  type?: unknown;
  required?: boolean;
  attributes?: Record<string, GoSpec>;
  nested?: GoSpec;
}

function asGoPrints(spec: HclSpec): GoSpec {
  switch (spec.kind) {
    case "object": {
      const attributes = Object.entries(spec.attributes);
      if (attributes.length === 0) return { kind: "object" };
      return {
        kind: "object",
        attributes: Object.fromEntries(attributes.map(([name, part]) => [name, asGoPrints(part)])),
      };
    }
    case "attr": {
      const printed = { kind: "attr", name: spec.name, type: typeAsGoPrints(spec.type) };
      return spec.required ? { ...printed, required: true } : printed;
    }
    case "block_value": {
      const printed = { kind: spec.kind, name: spec.name, nested: asGoPrints(spec.nested) };
      return spec.required ? { ...printed, required: true } : printed;
    }
    case "block_list":
      return { kind: spec.kind, name: spec.name, nested: asGoPrints(spec.nested) };
  }
}

function typeAsGoPrints(type: HclType): unknown {
  return "element" in type ? [type.kind, typeAsGoPrints(type.element)] : type.kind;
}

const hclType: fc.Arbitrary<HclType> = fc.letrec<{ type: HclType }>((tie) => ({
  type: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<HclType>({ kind: "string" }, { kind: "number" }, { kind: "bool" }),
    tie("type").map((element): HclType => ({ kind: "list", element })),
    tie("type").map((element): HclType => ({ kind: "map", element })),
  ),
})).type;

const name = fc.oneof(fc.string({ minLength: 1, maxLength: 8 }), fc.constantFrom("__proto__", "é"));

const { spec: anySpec } = fc.letrec<{ spec: HclObjectSpec; part: HclSpec }>((tie) => ({
  spec: fc
    .array(fc.tuple(name, tie("part")), { maxLength: 3 })
    .map((parts) => ({ kind: "object", attributes: Object.fromEntries(parts) })),
  part: fc.oneof(
    { depthSize: "small" },
    fc.record({
      kind: fc.constant("attr" as const),
      name,
      type: hclType,
      required: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant("block_value" as const),
      name,
      required: fc.boolean(),
      nested: tie("spec"),
    }),
    fc.record({ kind: fc.constant("block_list" as const), name, nested: tie("spec") }),
  ),
}));

describe("specs that Go wrote", () => {
  it.each(vectors)("$name are read as Go reads them", ({ spec, protobuf }) => {
    expect(asGoPrints(decodeHclSpec(Buffer.from(protobuf, "hex")))).toEqual(spec);
  });

  it.each(vectors)("$name come back byte for byte", ({ protobuf }) => {
    const bytes = encodeHclSpec(decodeHclSpec(Buffer.from(protobuf, "hex")));
    expect(Buffer.from(bytes).toString("hex")).toBe(protobuf);
  });
});

describe("whatever the spec", () => {
  it("comes back from protobuf", () => {
    fc.assert(
      fc.property(anySpec, (spec) => {
        expect(decodeHclSpec(encodeHclSpec(spec))).toEqual(spec);
      }),
    );
  });
});

describe("the type of what is read by a spec", () => {
  it("follows from its parts", () => {
    const disk: HclSpec = {
      kind: "object",
      attributes: {
        size: { kind: "attr", name: "size", type: { kind: "number" }, required: false },
      },
    };
    const spec: HclSpec = {
      kind: "object",
      attributes: {
        boot: { kind: "block_value", name: "boot", required: false, nested: disk },
        disk: { kind: "block_list", name: "disk", nested: disk },
      },
    };
    const diskType = ctyType.object({ size: ctyType.number });
    expect(ctyTypeOfSpec(spec)).toEqual(
      ctyType.object({ boot: diskType, disk: ctyType.list(diskType) }),
    );
  });
});

describe("hostile bytes", () => {
  function outcome(bytes: Uint8Array): unknown {
    try {
      decodeHclSpec(bytes);
      return "read";
    } catch (error) {
      return error instanceof HclSpecError ? error.code : error;
    }
  }

  it("are read, or refused with an error of our own", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(["read", "INVALID_HCL_SPEC"]).toContain(outcome(bytes));
      }),
      { numRuns: 1000 },
    );
  });

  it("within a good spec do no more", () => {
    fc.assert(
      fc.property(anySpec, fc.nat(), fc.integer({ min: 0, max: 255 }), (spec, at, byte) => {
        const bytes = Buffer.from(encodeHclSpec(spec));
        bytes[at % bytes.length] = byte;
        expect(["read", "INVALID_HCL_SPEC"]).toContain(outcome(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["nothing at all", ""],
    ["a group of fields without end", "0b0b0b0b"],
    ["a length beyond the end", "0affffffff0f"],
    ["an attribute at the top", "120812024a000a0161"],
    ["an attribute without a type", "0a090a070a016112021200"],
    ["an unknown primitive", "0a140a120a0161120d120b12090a070a05426f6f6c21"],
    ["a name that is not UTF-8", "0a100a0e0a01ff12091207120512030a0101"],
  ])("of %s are refused", (_what, hex) => {
    expect(outcome(Buffer.from(hex, "hex"))).toBe("INVALID_HCL_SPEC");
  });

  it("that nest without measure are refused", () => {
    let spec: HclObjectSpec = { kind: "object", attributes: {} };
    const wrap = (nested: HclObjectSpec): HclObjectSpec => ({
      kind: "object",
      attributes: { a: { kind: "block_list", name: "a", nested } },
    });
    for (let level = 0; level < 40; level++) spec = wrap(spec);
    expect(decodeHclSpec(encodeHclSpec(spec))).toEqual(spec);
    for (let level = 0; level < 200; level++) spec = wrap(spec);
    expect(() => encodeHclSpec(spec)).toThrow(HclSpecError);
    let bytes = Buffer.from("0a00", "hex");
    for (let level = 0; level < 300; level++) {
      const header = (tag: number, size: number) => [tag, (size & 0x7f) | 0x80, (size >> 7) & 0x7f];
      const nested = Buffer.from([...header(0x12, bytes.length), ...bytes]);
      bytes = Buffer.from([...header(0x22, nested.length), ...nested]);
    }
    expect(outcome(bytes)).toBe("INVALID_HCL_SPEC");
    expect(outcome(Buffer.alloc(5 * 1024 * 1024))).toBe("INVALID_HCL_SPEC");
  });
});
