import { PassThrough } from "node:stream";
import { consoleUi, defineBuilder } from "@packerkit/plugin-sdk";
import {
  type Artifact,
  answerState,
  fromArtifact,
  withProvider,
  withRegion,
} from "@packerkit/registry-image";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type Backend, defineFlow, runFlow } from "../src/index.ts";
import { reportText } from "../src/text.ts";

interface Told {
  closed: number;
  destroyed: number;
}

/** A flow over an artifact whose parts can be made to fail. */
function makeFlow(change: Partial<Artifact> = {}, backend: Partial<Backend> = {}) {
  const told: Told = { closed: 0, destroyed: 0 };
  const artifact: Artifact = {
    builderId: () => "toy.builder",
    files: () => [],
    id: () => "toy-1",
    toString: () => "A toy image",
    state(name) {
      return answerState(name, {}, () =>
        fromArtifact(this, withProvider("toy"), withRegion("here")),
      );
    },
    async destroy() {
      told.destroyed++;
    },
    ...change,
  };
  const flow = defineFlow({
    name: "toy",
    builder: defineBuilder({ config: z.strictObject({}), run: async () => artifact }),
    open: async () => ({
      kind: "embedded",
      description: "a toy",
      config: {},
      expectations: { sourceId: { none: "it is made from nothing" } },
      close: async () => {
        told.closed++;
      },
      ...backend,
    }),
  });
  return { flow, told };
}

const run = (flow: ReturnType<typeof makeFlow>["flow"], more: object = {}) =>
  runFlow(flow, {
    ui: consoleUi("toy", new PassThrough().resume()),
    signal: new AbortController().signal,
    keep: false,
    ...more,
  });

describe("runFlow", () => {
  it("destroys the artifact and closes the backend", async () => {
    const { flow, told } = makeFlow();
    expect(await run(flow)).toMatchObject({ ok: true, kept: false, artifactId: "toy-1" });
    expect(told).toEqual({ closed: 1, destroyed: 1 });
  });

  it("keeps the artifact where it is told to, but not that of a run that failed", async () => {
    const kept = makeFlow();
    expect(await run(kept.flow, { keep: true })).toMatchObject({ ok: true, kept: true });
    expect(kept.told.destroyed).toBe(0);

    const failed = makeFlow({ toString: () => "" });
    expect(await run(failed.flow, { keep: true })).toMatchObject({ ok: false, kept: false });
    expect(failed.told.destroyed).toBe(1);
  });

  it("fails with the rule that is violated", async () => {
    const { flow } = makeFlow({}, { expectations: {} });
    const report = await run(flow);
    expect(report.ok).toBe(false);
    expect(report.errors).toEqual([expect.stringMatching(/^image\/source-id: /)]);
    expect(reportText(report, 100)).toContain("✗ failed");
  });

  it.each([
    ["settings that do not fit", {}, { config: { colour: "blue" } }, "colour: "],
    [
      "a state that throws",
      {
        state: () => {
          throw new Error("state is broken");
        },
      },
      {},
      "state is broken",
    ],
    [
      "a destroy that fails",
      {
        destroy: async () => {
          throw new Error("in use");
        },
      },
      {},
      "toy-1 could not be destroyed: in use",
    ],
  ] as const)("reports %s, and closes the backend", async (_, change, backend, message) => {
    const { flow, told } = makeFlow(change as Partial<Artifact>, backend);
    const report = await run(flow);
    expect(report.ok).toBe(false);
    expect(report.errors.join("\n")).toContain(message);
    expect(told.closed).toBe(1);
  });

  it("reports a backend that does not open", async () => {
    const { flow } = makeFlow();
    const open = async () => {
      throw new Error("no engine answers");
    };
    expect(await run({ ...flow, open })).toMatchObject({
      ok: false,
      errors: ["no engine answers"],
    });
  });

  it("reports a builder that makes no artifact", async () => {
    const { flow } = makeFlow();
    const builder = defineBuilder({ config: z.strictObject({}), run: async () => undefined });
    expect(await run({ ...flow, builder })).toMatchObject({
      errors: ["the build ended without an artifact"],
    });
  });
});

describe("the report as text", () => {
  it("fits the terminal and escapes what a terminal would act on", async () => {
    const { flow } = makeFlow({
      state: () => ({
        imageId: `sha256:${"a".repeat(64)}`,
        providerName: "toy",
        providerRegion: "here",
        sourceImageId: `sha256:${"b".repeat(64)}`,
        labels: { note: "line 1\n\u001b[2J" },
      }),
    });
    const text = reportText(await run(flow), 100);
    expect(text).not.toContain("\u001b[2J");
    const table = text.split("\n").filter((line) => /[│┌├└]/.test(line));
    expect(table.length).toBeGreaterThan(3);
    expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});
