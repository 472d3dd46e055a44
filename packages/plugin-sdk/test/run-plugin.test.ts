import { resolve } from "node:path";
import {
  ctyToPlain,
  describePlugin,
  type Hook,
  startPlugin,
  type Ui,
} from "@packerkit/plugin-protocol";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { DEFAULT_COMPONENT } from "../src/index.ts";

const file = resolve(import.meta.dirname, "fixtures/toy-plugin.ts");
const command = { file: process.execPath, leadingArguments: [file] };
const noHook: Hook = { run: async () => {} };

function recordingUi(): Ui & { lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    say: (message) => void lines.push(message),
    error: (message) => void lines.push(`error: ${message}`),
    machine: (...values) => void lines.push(values.join(",")),
    ask: async () => "",
    trackProgress: () => ({ advance() {}, close() {} }),
  };
}

const plain = (value: Record<string, unknown>) => [{ kind: "plain" as const, value }];
const { signal } = new AbortController();

describe("describe", () => {
  it("tells version and components, sorted", async () => {
    expect(await describePlugin(command)).toEqual({
      version: "1.2.3",
      sdkVersion: "0.6.10",
      apiVersion: "x5.0",
      builders: [DEFAULT_COMPONENT, "second"],
      postProcessors: ["rename"],
      provisioners: ["command"],
      dataSources: ["broken", "lookup"],
      protocolVersion: "v2",
    });
  });
});

describe("a plugin started by hand", () => {
  const run = (args: string[], env: Record<string, string> = {}) =>
    execa(process.execPath, [file, ...args], { reject: false, env });
  const cookie = {
    PACKER_PLUGIN_MAGIC_COOKIE: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
  };

  it.each([[[]], [["start", "builder", "second"]], [["--help"]], [["describe", "more"]]])(
    "%j says what it is and how to install it",
    async (args) => {
      const { exitCode, stdout, stderr } = await run(args);
      expect(exitCode).toBe(1);
      expect(stdout).toBe("");
      expect(stderr).toContain("This is a Packer plugin, version 1.2.3");
      expect(stderr).toContain("packer plugins install --path");
      expect(stderr).toContain("builders: (the plugin's own name), second");
    },
  );

  it("refuses gob and says what to do", async () => {
    const { exitCode, stderr } = await run(["start", "builder", "second"], cookie);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("unset PACKER_FORCE_GOB");
  });

  it.each([
    [
      "an unknown name",
      ["builder", "third"],
      'no builder "third"; it has -packer-default-plugin-name-, second',
    ],
    ["an inherited name", ["builder", "constructor"], 'no builder "constructor"'],
    ["an unknown kind", ["cake", "x"], 'no components of the kind "cake"'],
    ["a component that does not load", ["datasource", "broken"], "its module does not load"],
  ])("refuses %s", async (_, [kind = "", name = ""], message) => {
    const { exitCode, stderr, stdout } = await run(["start", kind, "--protobuf", name], cookie);
    expect(exitCode).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain(message);
  });
});

describe("a builder in its own process", () => {
  async function start() {
    return await startPlugin({ ...command, kind: "builder", name: DEFAULT_COMPONENT });
  }

  it("tells its settings as HCL", async () => {
    const plugin = await start();
    const { attributes } = await plugin.component.configSpec();
    await plugin.close();
    expect(Object.keys(attributes).toSorted()).toEqual([
      "behaviour",
      "disk",
      "image_name",
      "old_name",
      "password",
      "size",
    ]);
    expect(attributes["size"]).toMatchObject({ kind: "attr", type: { kind: "number" } });
    expect(attributes["disk"]).toMatchObject({ kind: "block_list" });
  });

  it("prepares, builds, provisions, and answers the artifact with its metadata", async () => {
    const plugin = await start();
    const ui = recordingUi();
    const preparation = await plugin.component.prepare(
      plain({
        image_name: "web",
        password: "s3cret-value",
        size: 500,
        old_name: "x",
        disk: [{ size: 1, kind: null }],
        packer_force: true,
      }),
    );
    expect(preparation).toEqual({
      generatedVariables: ["Color"],
      warnings: [expect.stringContaining("use image_name instead"), "size is large"],
    });
    const seen: unknown[] = [];
    const hook: Hook = {
      async run(name, _ui, communicator, data) {
        const status = await communicator?.start({ command: "true" });
        seen.push(name, status, data["Color"], data["ID"]);
      },
    };
    const artifact = await plugin.component.run(ui, hook, { signal });
    expect(seen).toEqual(["packer_provision", 3, "blue", "m-1"]);
    expect(ui.lines).toEqual(['password <sensitive>, force true, disks [{"size":1,"kind":"ssd"}]']);
    expect(await artifact?.id()).toBe("web");
    expect(await artifact?.files()).toEqual(["toy.img"]);
    expect(await artifact?.state("par.artifact.metadata")).toMatchObject({
      ImageID: "web",
      ProviderName: "toy.builder",
      ProviderRegion: "here",
    });
    expect(await artifact?.state("generated_data")).toEqual({ Color: "blue" });
    await plugin.close();
    expect(await plugin.exited).toBe(0);
  });

  it("answers every problem with the settings at once", async () => {
    const plugin = await start();
    const { error } = await plugin.component.prepare(plain({ size: "much", colour: "blue" }));
    await plugin.close();
    expect(error?.message).toMatch(/image_name/);
    expect(error?.message).toMatch(/size/);
    expect(error?.message).toMatch(/colour/);
  });

  it("an error of the build arrives, and the plugin goes on", async () => {
    const plugin = await start();
    await plugin.component.prepare(
      plain({ image_name: "web", behaviour: "throw", password: "pw-12345" }),
    );
    const run = plugin.component.run(recordingUi(), noHook, { signal });
    await expect(run).rejects.toThrow("no luck with <sensitive>");
    await plugin.component.prepare(plain({ image_name: "web", behaviour: "nothing" }));
    expect(await plugin.component.run(recordingUi(), noHook, { signal })).toBeUndefined();
    await plugin.close();
  });

  it("refuses to run before it is prepared", async () => {
    const plugin = await start();
    const run = plugin.component.run(recordingUi(), noHook, { signal });
    await expect(run).rejects.toThrow("the builder was run before all of its settings were known");
    await plugin.close();
  });

  it("cleans up when it is cancelled, ignoring Ctrl-C itself", async () => {
    const plugin = await start();
    const controller = new AbortController();
    const ui = recordingUi();
    const say = ui.say;
    ui.say = (message) => {
      say(message);
      if (message !== "waiting") return;
      process.kill(plugin.pid, "SIGINT");
      controller.abort();
    };
    await plugin.component.prepare(plain({ image_name: "web", behaviour: "wait" }));
    const run = plugin.component.run(ui, noHook, { signal: controller.signal });
    await expect(run).rejects.toThrow('cancelled during "Wait"');
    expect(ui.lines.slice(1)).toEqual(["waiting", "cleaned up"]);
    await plugin.close();
    expect(await plugin.exited).toBe(0);
  });
});

describe("the other kinds", () => {
  it("a post-processor gets the artifact and answers another", async () => {
    const plugin = await startPlugin({ ...command, kind: "post-processor", name: "rename" });
    await plugin.component.configure(plain({}));
    const ui = recordingUi();
    const artifact = {
      builderId: () => "x",
      files: () => [],
      id: () => "web",
      toString: () => "x",
      state: () => undefined,
      destroy: async () => {},
    };
    const result = await plugin.component.postProcess(ui, artifact as never, { signal });
    expect(await result?.artifact.id()).toBe("web-done");
    expect(result).toMatchObject({ keep: true, forceOverride: false });
    expect(ui.lines).toEqual(["got web"]);
    await plugin.close();
  });

  it("a provisioner reaches the machine", async () => {
    const plugin = await startPlugin({ ...command, kind: "provisioner", name: "command" });
    await plugin.component.prepare(plain({ command: "uname" }));
    const ui = recordingUi();
    const communicator = { start: async () => 7 };
    await plugin.component.provision(ui, communicator as never, { ID: "m-1" }, { signal });
    expect(ui.lines).toEqual(["uname on m-1 exited with 7"]);
    await plugin.close();
  });

  it("a data source answers a value of its own type", async () => {
    const plugin = await startPlugin({ ...command, kind: "datasource", name: "lookup" });
    await plugin.component.configure(plain({ name: "web" }));
    const value = await plugin.component.execute({ signal });
    expect(ctyToPlain(value)).toEqual({ id: "img-web", tags: { team: "web" } });
    await expect(plugin.component.configure(plain({}))).rejects.toThrow("name");
    await plugin.close();
  });
});
