import { Readable } from "node:stream";
import { ctyToPlain, describePlugin, startPlugin } from "@packerkit/plugin-protocol";
import { DEFAULT_COMPONENT } from "@packerkit/plugin-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { RecordingUi } from "../fixtures/recording-ui.ts";
import { TwinArtifact } from "../fixtures/twin/artifact.ts";
import { Machine } from "../fixtures/twin/machine.ts";
import { buildGoPeer } from "../src/go-peer.ts";
import { type GoComponent, goSettings, startGoComponent } from "../src/go-plugin.ts";

const never = new AbortController().signal;

let file = "";
beforeAll(async () => {
  file = await buildGoPeer("sdk-plugin");
});

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

describe("our client on a Provisioner of the Go SDK's", () => {
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

describe("our client on a PostProcessor of the Go SDK's", () => {
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

describe("our client on a Datasource of the Go SDK's", () => {
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
