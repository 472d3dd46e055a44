import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  defineBuilder,
  defineDataSource,
  definePostProcessor,
  defineProvisioner,
} from "../src/index.ts";

const bad = z.object({ when: z.date() });
const good = z.object({ name: z.string() });
const run = async () => undefined as never;

describe("a schema that HCL cannot express fails where it is written", () => {
  it.each([
    ["builder", () => defineBuilder({ config: bad, run })],
    ["post-processor", () => definePostProcessor({ config: bad, run })],
    ["provisioner", () => defineProvisioner({ config: bad, run })],
    ["data source", () => defineDataSource({ config: bad, output: good, run })],
    ["data source's output", () => defineDataSource({ config: good, output: bad, run })],
  ])("%s", (_, define) => {
    expect(define).toThrow(
      expect.objectContaining({
        code: "SCHEMA_NOT_EXPRESSIBLE",
        message: expect.stringContaining("when"),
      }),
    );
  });
});
