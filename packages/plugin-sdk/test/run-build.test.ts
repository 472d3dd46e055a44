import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  type Communicator,
  consoleUi,
  defineBuilder,
  PROVISION_HOOK,
  provisionStep,
  runBuild,
  runSteps,
} from "../src/index.ts";

const communicator = {} as Communicator;

const builder = defineBuilder({
  config: z.strictObject({ image: z.string(), size: z.number().default(8) }),
  warnings: ({ size }) => (size > 100 ? ["size is large"] : []),
  async run({ config, hook, ui, signal, packer }) {
    const provision = provisionStep<object>({ hook, ui }, () => ({
      communicator,
      id: "m-1",
      data: { SourceImage: config.image, Size: config.size, Force: packer.force },
    }));
    await runSteps([provision], {}, { ui, signal, onError: packer.onError, retryDelay: 0 });
    return undefined;
  },
});

function consoleOf(buildName: string) {
  let text = "";
  const output = new Writable({
    write(chunk, _, done) {
      text += chunk;
      done();
    },
  });
  return { ui: consoleUi(buildName, output), text: () => text };
}

describe("runBuild", () => {
  it("hands provisioners the machine and the generated data", async () => {
    const seen: unknown[] = [];
    await runBuild(builder, {
      config: { image: "base" },
      packer: { force: true },
      provisioners: [async (machine) => void seen.push(machine.communicator, machine.data)],
    });
    expect(seen).toEqual([
      communicator,
      expect.objectContaining({
        ID: "m-1",
        SourceImage: "base",
        Size: 8,
        Force: true,
        PackerRunUUID: "",
      }),
    ]);
  });

  it("lists every problem with the settings, by attribute", async () => {
    const run = runBuild(builder, {
      config: { size: "big", colour: "blue" },
      packer: { buildName: "toy.web" },
    });
    await expect(run).rejects.toMatchObject({
      code: "INVALID_CONFIG",
      problems: expect.arrayContaining([
        expect.objectContaining({ attribute: "image" }),
        expect.objectContaining({ attribute: "size" }),
        expect.objectContaining({ attribute: "colour" }),
      ]),
      message: expect.stringMatching(/^toy\.web: 3 problems/),
    });
  });

  it("says the builder's warnings", async () => {
    const { ui, text } = consoleOf("toy.web");
    await runBuild(builder, { config: { image: "base", size: 500 }, ui });
    expect(text()).toBe("==> toy.web: Warning: size is large\n");
  });

  it("a failing provisioner fails the build with its own error as the cause", async () => {
    const { ui } = consoleOf("");
    const cause = new Error("exit status 3");
    const run = runBuild(builder, {
      config: { image: "base" },
      ui,
      provisioners: [
        async () => {
          throw cause;
        },
      ],
    });
    await expect(run).rejects.toMatchObject({ code: "STEP_FAILED", step: "Provision", cause });
  });

  it("runs the error clean-up provisioner's hook after a failure, with the error", async () => {
    const hooks: unknown[] = [];
    const { ui } = consoleOf("");
    const hook = {
      async run(
        name: string,
        _ui: unknown,
        _communicator: unknown,
        data: Readonly<Record<string, unknown>>,
      ) {
        hooks.push([name, data["error"]]);
        if (name === PROVISION_HOOK) throw new Error("exit status 3");
      },
    };
    const step = provisionStep<object>({ hook, ui }, () => ({ communicator, id: "m-1", data: {} }));
    const { signal } = new AbortController();
    await expect(runSteps([step], {}, { ui, signal, retryDelay: 0 })).rejects.toThrow(
      "exit status 3",
    );
    expect(hooks).toEqual([
      [PROVISION_HOOK, undefined],
      ["packer_cleanup_provision", "exit status 3"],
    ]);
  });
});

describe("consoleUi", () => {
  it("puts the build's name before every line", () => {
    const { ui, text } = consoleOf("toy.web");
    ui.say("one\ntwo");
    ui.error("three");
    expect(text()).toBe("==> toy.web: one\n==> toy.web: two\n==> toy.web: Error: three\n");
  });

  it("sums up a transfer when it ends, once", () => {
    const { ui, text } = consoleOf("toy.web");
    const progress = ui.trackProgress("disk.img", 10, 100);
    progress.advance(90);
    progress.close();
    progress.close();
    expect(text()).toBe("==> toy.web: disk.img: 100 of 100 bytes\n");
  });
});
