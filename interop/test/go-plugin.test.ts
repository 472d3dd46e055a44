import { Readable } from "node:stream";
import { ctyToPlain, describePlugin, type Hook, startPlugin } from "@packerkit/plugin-protocol";
import { DEFAULT_COMPONENT } from "@packerkit/plugin-sdk";
import { collectImages } from "@packerkit/registry-image";
import { beforeAll, describe, expect, it } from "vitest";
import { RecordingUi } from "../fixtures/recording-ui.ts";
import { TwinArtifact } from "../fixtures/twin/artifact.ts";
import { Machine } from "../fixtures/twin/machine.ts";
import { buildGoPeer } from "../src/go-peer.ts";
import { type GoComponent, goSettings, startGoComponent } from "../src/go-plugin.ts";

/** A plugin of the Go SDK, driven by our client. */
const never = new AbortController().signal;
const noHook: Hook = { run: async () => {} };

let file = "";
beforeAll(async () => {
  file = await buildGoPeer("sdk-plugin");
});

async function startBuilder(mode: string): Promise<GoComponent<"builder">> {
  const plugin = await startGoComponent("builder");
  await plugin.component.prepare(goSettings(await plugin.component.configSpec(), mode));
  return plugin;
}

describe("our client on a plugin of the Go SDK", () => {
  it("has it describe itself", async () => {
    expect(await describePlugin({ file })).toEqual({
      version: "1.2.3",
      sdkVersion: "0.6.10",
      apiVersion: "x5.0",
      builders: [DEFAULT_COMPONENT],
      postProcessors: [DEFAULT_COMPONENT],
      provisioners: [DEFAULT_COMPONENT],
      dataSources: [DEFAULT_COMPONENT],
      protocolVersion: "v2",
    });
  });

  it("shows what it says when it refuses to start", async () => {
    const environment = { PACKER_PLUGIN_MAGIC_COOKIE: undefined };
    const start = startPlugin({ file, kind: "builder", name: DEFAULT_COMPONENT, environment });
    await expect(start).rejects.toMatchObject({
      code: "PLUGIN_START",
      message: expect.stringContaining("Please do not execute plugins directly"),
    });
  });
});

describe("Builder", () => {
  it("answers its spec", async () => {
    await using plugin = await startGoComponent("builder");
    const { attributes } = await plugin.component.configSpec();
    expect(attributes).toMatchObject({
      mode: { kind: "attr", name: "mode", type: { kind: "string" }, required: false },
      tags: { kind: "attr", type: { kind: "map", element: { kind: "string" } } },
      disk: {
        kind: "block_list",
        name: "disk",
        nested: { attributes: { size: { kind: "attr", type: { kind: "number" } } } },
      },
    });
  });

  it("answers generated variables and warnings", async () => {
    await using plugin = await startGoComponent("builder");
    const settings = goSettings(await plugin.component.configSpec(), "ok");
    expect(await plugin.component.prepare(settings)).toEqual({
      generatedVariables: ["Address", "Port", "Tags"],
      warnings: ["the mode is ok"],
    });
  });

  it("refuses settings", async () => {
    await using plugin = await startGoComponent("builder");
    const settings = goSettings(await plugin.component.configSpec(), "invalid");
    const { error } = await plugin.component.prepare(settings);
    expect(error).toMatchObject({ code: "REMOTE_ERROR", message: "mode: invalid" });
  });

  it("runs to an artifact, and says everything in order", async () => {
    await using plugin = await startBuilder("ok");
    const ui = new RecordingUi();
    const hook: Hook = { run: async (_name, hookUi) => hookUi.say("said by a provisioner") };
    expect(await plugin.component.run(ui, hook, { signal: never })).toBeDefined();
    expect(ui.lines).toEqual([
      'say ["ok",{"team":"blue"},[42,0],"example",true,{"region":"sunny"}]',
      "say one",
      "say two",
      "say three",
      "error a problem",
      "machine category a,b",
      "ask sure?",
      "say answered yes",
      "progress of folder/file.iso: 0 of 1000",
      "progress ended after 1000",
      "say said by a provisioner",
      "say cleaned up",
    ]);
  });

  it("runs to no artifact", async () => {
    await using plugin = await startBuilder("nothing");
    expect(
      await plugin.component.run(new RecordingUi(), noHook, { signal: never }),
    ).toBeUndefined();
  });

  it("fails", async () => {
    await using plugin = await startBuilder("fail");
    const run = plugin.component.run(new RecordingUi(), noHook, { signal: never });
    await expect(run).rejects.toMatchObject({ code: "REMOTE_ERROR", message: "the build failed" });
  });

  it("is cancelled, and cleans up before it answers", async () => {
    await using plugin = await startBuilder("wait");
    const cancel = new AbortController();
    const ui = new RecordingUi(() => cancel.abort());
    const run = plugin.component.run(ui, noHook, { signal: cancel.signal });
    await expect(run).rejects.toThrow("the build was cancelled");
    expect(ui.lines.slice(-2)).toEqual(["say waiting", "say cleaned up"]);
  });

  it("is killed in the middle", async () => {
    await using plugin = await startBuilder("wait");
    const ui = new RecordingUi(() => process.kill(plugin.pid, "SIGKILL"));
    const run = plugin.component.run(ui, noHook, { signal: never });
    await expect(run).rejects.toMatchObject({ code: "SESSION_CLOSED" });
    expect(await plugin.exited).toBe("SIGKILL");
  });

  it("ends with the connection", async () => {
    const plugin = await startBuilder("ok");
    await plugin.close();
    expect(await plugin.exited).toBe(0);
  });
});

describe("Hook", () => {
  it("gets its name and the generated data", async () => {
    await using plugin = await startBuilder("ok");
    const calls: unknown[] = [];
    const hook: Hook = {
      run: async (name, _ui, _communicator, data) => {
        calls.push([name, data]);
      },
    };
    await plugin.component.run(new RecordingUi(), hook, { signal: never });
    const data = { ID: "machine-1", Address: "10.0.0.1", Port: 22, Tags: { a: "b" } };
    expect(calls).toEqual([["packer_provision", expect.objectContaining(data)]]);
  });

  it("fails the build, after the clean-up hook has run", async () => {
    await using plugin = await startBuilder("ok");
    const names: string[] = [];
    const hook: Hook = {
      run: async (name) => {
        names.push(name);
        throw new Error("a provisioner failed");
      },
    };
    const run = plugin.component.run(new RecordingUi(), hook, { signal: never });
    await expect(run).rejects.toThrow("a provisioner failed");
    expect(names).toEqual(["packer_provision", "packer_cleanup_provision"]);
  });
});

describe("Artifact", () => {
  async function build() {
    const plugin = await startBuilder("ok");
    const artifact = await plugin.component.run(new RecordingUi(), noHook, { signal: never });
    if (artifact === undefined) throw new Error("the builder made no artifact");
    return { artifact, [Symbol.asyncDispose]: () => plugin.close() };
  }

  it("tells what it is, and is destroyed", async () => {
    await using built = await build();
    const { artifact } = built;
    expect(await artifact.builderId()).toBe("packerkit.twin");
    expect(await artifact.id()).toBe("img-1");
    expect(await artifact.files()).toEqual(["/a", "/b"]);
    expect(await artifact.summary()).toBe("An image that was never made: ümläut ☀");
    await artifact.destroy();
  });

  it("answers states of every kind", async () => {
    await using built = await build();
    const { artifact } = built;
    expect(await artifact.state("numbers")).toEqual([
      0,
      127,
      128,
      255,
      65_536,
      2 ** 40,
      -1,
      -129,
      1.5,
    ]);
    expect(await artifact.state("nested")).toEqual({ list: [1, { deep: true }], none: null });
    expect(await artifact.state("bytes")).toEqual(Buffer.from([1, 2, 3]));
    expect(await artifact.state("text")).toBe("x".repeat(70_000));
    expect(await artifact.state("unknown")).toBeNull();
  });

  it("answers image metadata", async () => {
    await using built = await build();
    const { images, dropped } = await collectImages(built.artifact);
    expect(dropped).toEqual([]);
    expect(images).toEqual([
      {
        imageId: "img-1",
        providerName: "twin",
        providerRegion: "sunny",
        labels: { os: "none", release: "24.04" },
        sourceImageId: "img-0",
      },
    ]);
  });

  it("answers 10,000 calls, eight at a time, each with its own answer", async () => {
    await using built = await build();
    const callers = Array.from({ length: 8 }, async (_, caller) => {
      for (let call = 0; call < 1250; call++) {
        const text = `${call} of caller ${caller}`;
        const answer = await built.artifact.state(`echo ${text}`);
        if (answer !== text) throw new Error(`the call ${text} got the answer ${answer}`);
      }
      return 1250;
    });
    expect(await Promise.all(callers)).toEqual(Array(8).fill(1250));
  });
});

describe("Provisioner", () => {
  async function startProvisioner(mode: string): Promise<GoComponent<"provisioner">> {
    const plugin = await startGoComponent("provisioner");
    await plugin.component.prepare(goSettings(await plugin.component.configSpec(), mode));
    return plugin;
  }
  const data = { ID: "machine-1", Port: 22 };

  it("works on a machine of ours: command, upload, folders, download", async () => {
    const machine = new Machine();
    await machine.upload("/file", Readable.from([Buffer.from("held by the machine")]));
    await using plugin = await startProvisioner("ok");
    const ui = new RecordingUi();
    await plugin.component.provision(ui, machine, data, { signal: never });
    expect(ui.lines).toEqual([
      "say provisioning machine-1 at 22",
      'say cat printed "typed in" and "", and ended with 0',
      'say downloaded "held by the machine"',
    ]);
    expect(machine.text("/small")).toBe("small");
    expect(machine.text("/to")).toBe("up from /from without a,b");
    expect(machine.text("/src")).toBe("down to /dst without c");
  });

  it("is told what failed on the machine", async () => {
    await using plugin = await startProvisioner("ok");
    const provision = plugin.component.provision(new RecordingUi(), new Machine(), data, {
      signal: never,
    });
    await expect(provision).rejects.toThrow("no such file: /file");
  });

  it("refuses settings", async () => {
    await expect(startProvisioner("invalid")).rejects.toThrow("mode: invalid");
  });

  it.each([
    ["fails", "fail", "the provisioner failed"],
    ["is cancelled", "wait", "the provisioner was cancelled"],
  ])("%s", async (_what, mode, message) => {
    await using plugin = await startProvisioner(mode);
    const cancel = new AbortController();
    const ui = new RecordingUi(() => cancel.abort());
    const { signal } = cancel;
    const provision = plugin.component.provision(ui, new Machine(), data, { signal });
    await expect(provision).rejects.toThrow(message);
  });
});

describe("PostProcessor", () => {
  async function postProcess(mode: string, ui = new RecordingUi(), signal = never) {
    await using plugin = await startGoComponent("post-processor");
    await plugin.component.configure(goSettings(await plugin.component.configSpec(), mode));
    const result = await plugin.component.postProcess(ui, new TwinArtifact("incoming"), { signal });
    if (result === undefined) return undefined;
    const { artifact, ...rest } = result;
    const [id, files] = [await artifact.id(), await artifact.files()];
    await artifact.destroy();
    return { ...rest, id, files };
  }

  it("reads the artifact that comes in, and makes a new one", async () => {
    const ui = new RecordingUi();
    expect(await postProcess("new", ui)).toEqual({
      id: "incoming-processed",
      files: ["/a", "/b"],
      keep: true,
      forceOverride: false,
    });
    expect(ui.lines).toEqual([
      `say got incoming of packerkit.twin with /a,/b: ${"x".repeat(70_000)}`,
    ]);
  });

  it("passes the artifact on", async () => {
    expect(await postProcess("same")).toMatchObject({
      id: "incoming",
      keep: true,
      forceOverride: true,
    });
  });

  it("makes nothing", async () => {
    expect(await postProcess("nothing")).toBeUndefined();
  });

  it("refuses settings", async () => {
    await expect(postProcess("invalid")).rejects.toThrow("mode: invalid");
  });

  it("fails", async () => {
    await expect(postProcess("fail")).rejects.toThrow("the post-processor failed");
  });

  it("is cancelled", async () => {
    const cancel = new AbortController();
    const ui = new RecordingUi(() => cancel.abort());
    await expect(postProcess("wait", ui, cancel.signal)).rejects.toThrow(
      "the post-processor was cancelled",
    );
  });
});

describe("Datasource", () => {
  async function execute(mode: string) {
    await using plugin = await startGoComponent("datasource");
    await plugin.component.configure(goSettings(await plugin.component.configSpec(), mode));
    const output = await plugin.component.outputSpec();
    const value = await plugin.component.execute({ signal: never });
    return { names: Object.keys(output.attributes).toSorted(), value: ctyToPlain(value) };
  }

  it("answers values of the types that its spec says", async () => {
    expect(await execute("ok")).toEqual({
      names: ["mode", "none", "numbers", "tags"],
      value: { mode: "ok", none: null, numbers: [1, 2.5], tags: { a: "b" } },
    });
  });

  it("refuses settings", async () => {
    await expect(execute("invalid")).rejects.toThrow("mode: invalid");
  });

  it("fails", async () => {
    await expect(execute("fail")).rejects.toThrow("nothing found");
  });
});
