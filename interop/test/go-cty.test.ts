import { readFile } from "node:fs/promises";
import {
  type CtyValue,
  decodeCtyMsgpack,
  decodeHclSpec,
  encodeCtyJson,
  encodeCtyMsgpack,
  encodeHclSpec,
} from "@packerkit/plugin-protocol";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { randomCty } from "../fixtures/random-cty.ts";
import { randomHclSpec } from "../fixtures/random-hcl-spec.ts";
import { describeFailure, startCommand } from "../src/command.ts";
import { buildGoPeer } from "../src/go-peer.ts";
import { repositoryRoot } from "../src/paths.ts";

/** How many random values are sent to Go at once. */
const SAMPLES = 2_000;

/** What Go made of one line of input. */
interface Answer {
  result?: string;
  error?: string;
}

let program = "";
beforeAll(async () => {
  program = await buildGoPeer("cty-vectors");
});

async function askGo(command: string, input = ""): Promise<string> {
  const result = await startCommand(program, [command], { input });
  if (result.failed) throw new Error(`cty-vectors failed: ${describeFailure(result)}`);
  return result.stdout;
}

/** What Go makes of each line. */
async function askGoAbout(command: string, lines: readonly string[]): Promise<Answer[]> {
  const output = await askGo(command, lines.map((line) => `${line}\n`).join(""));
  return output.split("\n").map((line) => JSON.parse(line));
}

async function committed(path: string) {
  return JSON.parse(await readFile(`${repositoryRoot}/packages/${path}`, "utf8"));
}

/** A value that Go answered, or what it said of it. */
function answeredValue({ result, error }: Answer): CtyValue | string | undefined {
  return result === undefined ? error : decodeCtyMsgpack(Buffer.from(result, "hex"));
}

describe("what is committed as Go's own words is what Go says today", () => {
  it("cty values, and input that is converted or refused", async () => {
    const vectors = await committed("plugin-protocol/test/cty/vectors.json");
    expect(JSON.parse(await askGo("vectors"))).toEqual(vectors);
    expect(vectors.values.length).toBeGreaterThan(50);
  });

  it("HCL2 specs in protobuf", async () => {
    const vectors = await committed("plugin-protocol/test/hcl-spec/vectors.json");
    expect(JSON.parse(await askGo("spec-vectors"))).toEqual(vectors);
    expect(vectors.length).toBeGreaterThan(3);
  });

  it("HCL read by the spec of a zod schema", async () => {
    const { spec, blocks } = await committed("plugin-sdk/test/schema/hcl-read-by-go.json");
    const lines = blocks.map(({ hcl }: { hcl: string }) => JSON.stringify({ spec, hcl }));
    const answers = await askGoAbout("read-hcl", lines);
    expect(answers.map(({ result }) => result)).toEqual(
      blocks.map(({ json }: { json: string }) => json),
    );
  });
});

describe("what we write is what Go reads", () => {
  it("cty values in msgpack", async () => {
    const values = fc.sample(randomCty("msgpack"), SAMPLES);
    const lines = values.map((value) => {
      const msgpack = encodeCtyMsgpack(value).toString("hex");
      return JSON.stringify({ type: "dynamic", msgpack });
    });
    const answers = await askGoAbout("read-cty", lines);
    expect(answers.length).toBe(SAMPLES);
    for (const [at, answer] of answers.entries()) {
      expect(answeredValue(answer), lines[at]).toEqual(values[at]);
    }
  });

  it("cty values in JSON", async () => {
    const values = fc.sample(randomCty("json"), SAMPLES);
    const lines = values.map((value) =>
      JSON.stringify({ type: "dynamic", json: encodeCtyJson(value) }),
    );
    const answers = await askGoAbout("read-cty", lines);
    expect(answers.length).toBe(SAMPLES);
    for (const [at, answer] of answers.entries()) {
      expect(answeredValue(answer), lines[at]).toEqual(values[at]);
    }
  });

  it("HCL2 specs in protobuf", async () => {
    const specs = fc.sample(randomHclSpec, SAMPLES);
    const lines = specs.map((spec) => Buffer.from(encodeHclSpec(spec)).toString("hex"));
    const answers = await askGoAbout("read-spec", lines);
    expect(answers.length).toBe(SAMPLES);
    for (const [at, { result = "", error }] of answers.entries()) {
      expect(error ?? decodeHclSpec(Buffer.from(result, "hex")), lines[at]).toEqual(specs[at]);
    }
  });
});
