import assert from "node:assert/strict";
import { defineFlow, runFlow } from "@packerkit/demo";
import { consoleUi, defineBuilder } from "@packerkit/plugin-sdk";
import {
  type Artifact,
  answerState,
  fromArtifact,
  withProvider,
  withRegion,
  withSourceId,
} from "@packerkit/registry-image";
import { z } from "zod";

class Toy implements Artifact {
  readonly #name: string;
  readonly #parent: string;
  constructor(name: string, parent: string) {
    this.#name = name;
    this.#parent = parent;
  }
  builderId = () => "example.toy";
  files = () => [];
  id = () => this.#name;
  toString = () => `The toy ${this.#name}`;
  destroy = async () => {};
  state = (name: string) =>
    answerState(name, {}, () =>
      fromArtifact(this, withProvider("toy"), withRegion("here"), withSourceId(this.#parent)),
    );
}

const toyBuilder = defineBuilder({
  config: z.strictObject({ name: z.string(), parent: z.string().default("") }),
  run: async ({ config }) => new Toy(config.name, config.parent),
});

export const flow = defineFlow({
  name: "toy",
  builder: toyBuilder,
  open: async () => ({
    kind: "embedded",
    description: "nothing but this process",
    config: { name: "web-1" },
    childConfig: ({ id }) => ({ name: "web-2", parent: id }),
    expectations: { provider: "toy", sourceId: { none: "a toy is made from nothing" } },
    close: async () => {},
  }),
});

const { signal } = new AbortController();
const report = await runFlow(flow, { ui: consoleUi("toy"), signal, keep: false });
assert.deepEqual(report.errors, []);
assert.equal(report.child?.images[0]?.sourceImageId, "web-1");
