import { decodeCtyJson } from "@packerkit/plugin-protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ConfigError, parseConfig, readConfigs } from "../src/config.ts";
import readByGo from "./schema/hcl-read-by-go.json" with { type: "json" };
import { plain, problemsOf, read, type Settings } from "./schema/read-settings.ts";
import { toySchema } from "./schema/toy-schema.ts";

describe("a template that Packer read", () => {
  const configOf = (name: string) => {
    const block = readByGo.blocks.find((candidate) => candidate.name === name);
    const value = decodeCtyJson(block?.json ?? "");
    return readConfigs("toy", toySchema, [plain({ packer_debug: "true" }), { kind: "cty", value }]);
  };

  it("with the least in it gets all defaults", () => {
    expect(configOf("least")).toMatchObject({
      config: {
        name: "a",
        size: 8,
        on: false,
        tags: {},
        zones: ["a"],
        disk: [],
        user: [{ id: "root" }],
      },
      packer: { debug: true },
    });
  });

  it("with everything in it is taken as it is", () => {
    expect(configOf("most").config).toEqual({
      name: "8",
      size: 12,
      ratio: 0.1,
      serial: 9007199254740993n,
      on: true,
      mode: 3,
      tags: { a: "1" },
      zones: ["x", "2"],
      matrix: [[1, 2], []],
      boot: { path: "/d", pull: true },
      disk: [
        { size: 1, label: "d" },
        { size: 2, label: "two" },
      ],
      user: [{ id: "me" }],
    });
  });

  it("with several mistakes gets all of them told at once", () => {
    expect(() => configOf("wrong")).toThrow(
      [
        "toy: 4 problems with the configuration:",
        "* name: is missing; give it a string",
        '* mode: Invalid input: expected number, received string; or: Invalid input: expected "auto"',
        "* boot.path: is missing; give it a string",
        "* disk[0].size: is missing; give it a number",
      ].join("\n"),
    );
  });
});

describe("what is not set", () => {
  it("takes its default, in blocks too", () => {
    const schema = z.object({
      a: z.string().default("x"),
      b: z.object({ c: z.number().default(1), d: z.string().optional() }),
      e: z.array(z.object({ f: z.string().default("y") })),
    });
    const settings = { a: null, b: { c: null, d: null }, e: [{ f: null }] };
    expect(read(schema, settings).config).toEqual({ a: "x", b: { c: 1 }, e: [{ f: "y" }] });
  });

  it("is null where null means something", () => {
    const schema = z.object({ a: z.string().nullable(), b: z.string().nullish() });
    expect(read(schema, { a: null, b: null }).config).toEqual({ a: null });
  });

  it("is missing where it must be there", () => {
    const schema = z.object({
      text: z.string(),
      flag: z.boolean(),
      list: z.array(z.string()),
      map: z.record(z.string(), z.string()),
      block: z.object({}),
      mode: z.enum(["a", "b"]),
      any: z.union([z.string(), z.number()]),
      own: z.string("name it"),
    });
    expect(problemsOf(schema, { text: null })).toEqual([
      "text: is missing; give it a string",
      "flag: is missing; give it a bool",
      "list: is missing; give it a list",
      "map: is missing; give it a map",
      "block: is missing; add a block of this name",
      'mode: is missing; choose "a" or "b"',
      "any: is missing",
      "own: name it",
    ]);
  });

  it("a list of blocks is empty, and too short where one is needed", () => {
    const disks = z.array(z.object({ size: z.number() }));
    expect(read(z.object({ disk: disks }), {}).config).toEqual({ disk: [] });
    expect(read(z.object({ disk: disks.optional() }), { disk: [] }).config).toEqual({});
    expect(problemsOf(z.object({ disk: disks.min(1) }), { disk: [] })).toEqual([
      "disk: Too small: expected array to have >=1 items",
    ]);
  });
});

describe("attributes that the component does not have", () => {
  const schema = z.object({ a: z.string().optional(), b: z.object({}).optional() });

  it("are named, however strict the schema is", () => {
    const unknown = "is not an attribute of this component; check the spelling";
    const settings = { colour: "blue", b: { deep: 1 } };
    const expected = [`colour: ${unknown}`, `b.deep: ${unknown}`];
    expect(problemsOf(schema, settings)).toEqual(expected);
    expect(problemsOf(z.strictObject(schema.shape), settings)).toEqual(expected);
  });

  it("pass where the schema takes others", () => {
    expect(read(z.looseObject({}), { colour: "blue" }).config).toEqual({ colour: "blue" });
  });

  it("may be Packer's own", () => {
    const settings = { packer_anything: "x", type: "toy" };
    expect(read(schema, settings).config).toEqual({});
    expect(problemsOf(schema, { b: { type: "toy" } })).toHaveLength(1);
  });

  it("is not `__proto__`, which is an unknown name as well", () => {
    const settings = JSON.parse('{"__proto__": {"a": "x"}}') as Settings;
    expect(problemsOf(schema, settings)).toHaveLength(1);
    expect(read(z.object({ a: z.string().default("d") }), {}).config).toEqual({ a: "d" });
  });
});

describe("a deprecated field", () => {
  const old = z.string().meta({ deprecated: true, instead: "use location" });
  const schema = z.object({
    region: old.optional(),
    zone: z.string().default("z").meta({ deprecated: true }),
    disk: z.array(
      z.object({ gb: z.number().optional().meta({ deprecated: true, instead: "use size" }) }),
    ),
    user: z.array(z.object({})).default([]).meta({ deprecated: true, instead: "use users" }),
  });

  it("is warned of where it is set", () => {
    const settings = { region: "x", zone: "y", disk: [{}, { gb: 1 }], user: [{}] };
    expect(read(schema, settings).warnings).toEqual([
      "region is deprecated: use location",
      "zone is deprecated",
      "disk[1].gb is deprecated: use size",
      "user is deprecated: use users",
    ]);
  });

  it("is not warned of where it is not set", () => {
    expect(read(schema, { region: null, disk: [{ gb: null }], user: [] }).warnings).toEqual([]);
  });
});

describe("settings in several parts", () => {
  it("are merged, later ones over earlier ones, and null says nothing", () => {
    const schema = z.object({
      a: z.string(),
      b: z.string(),
      tags: z.record(z.string(), z.string()),
      list: z.array(z.string()),
      block: z.object({ x: z.number(), y: z.number() }),
    });
    const first = {
      a: "1",
      b: "1",
      tags: { k: "1", l: "1" },
      list: ["1", "2"],
      block: { x: 1, y: 1 },
    };
    const second = { a: "2", b: null, tags: { l: "2" }, list: ["3"], block: { x: null, y: 2 } };
    expect(readConfigs("toy", schema, [plain(first), plain(second)]).config).toEqual({
      a: "2",
      b: "1",
      tags: { k: "1", l: "2" },
      list: ["3"],
      block: { x: 1, y: 2 },
    });
  });

  it("may end in placeholders for a build's data, which are no settings", () => {
    const placeholders = { PackerRunUUID: "Build_PackerRunUUID. …", ID: "Build_ID. …" };
    const schema = z.object({ a: z.string() });
    const parts = [plain({ a: "x" }), plain(placeholders)];
    expect(readConfigs("toy", schema, parts).config).toEqual({ a: "x" });
  });

  it("may be none, or hold a null for the whole", () => {
    expect(readConfigs("toy", z.object({}), []).config).toEqual({});
    const nothing = { kind: "cty", value: decodeCtyJson("null") } as const;
    expect(readConfigs("toy", z.object({}), [nothing]).config).toEqual({});
  });
});

describe("values that Packer does not know yet", () => {
  const schema = z.object({
    url: z.url(),
    mode: z.enum(["a"]).optional(),
    tags: z.record(z.string(), z.string().max(3)).default({}),
    name: z.string().min(1),
  });

  it("leave the settings open where the schema refuses the placeholder", () => {
    const settings = { url: "<unknown>", mode: "<unknown>", tags: { k: "<unknown>" }, name: "x" };
    expect(read(schema, settings).config).toBeUndefined();
  });

  it("are passed on where the schema takes the placeholder, as Go plugins get it", () => {
    const settings = { url: "https://a.example", name: "<unknown>" };
    expect(read(schema, settings).config).toMatchObject({ name: "<unknown>" });
  });

  it("do not hide what is wrong besides", () => {
    expect(problemsOf(schema, { url: "<unknown>", mode: "b" })).toEqual([
      'mode: Invalid input: expected "a"',
      "name: is missing; give it a string",
    ]);
  });

  it("cannot be, where there is no Packer", () => {
    expect(() => parseConfig("toy", schema, { url: "<unknown>", name: "x" })).toThrow(ConfigError);
  });
});

describe("keys of a map", () => {
  it("that the schema refuses are named with the reason", () => {
    const schema = z.object({ tags: z.record(z.string().max(2), z.string()) });
    expect(problemsOf(schema, { tags: { long: "x" } })).toEqual([
      "tags.long: is not a valid key: Too big: expected string to have <=2 characters",
    ]);
  });
});

describe("parseConfig", () => {
  it("answers the settings, and reads a schema that HCL cannot express as little as Packer would", () => {
    expect(parseConfig("toy", z.object({ a: z.coerce.number() }), { a: "1" })).toEqual({ a: 1 });
    expect(() => parseConfig("toy", z.object({ a: z.date() }), {})).toThrow(
      expect.objectContaining({ code: "SCHEMA_NOT_EXPRESSIBLE" }),
    );
  });
});
