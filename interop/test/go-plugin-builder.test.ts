import type { Hook } from "@packerkit/plugin-protocol";
import { collectImages } from "@packerkit/registry-image";
import { describe, expect, it } from "vitest";
import { RecordingUi } from "../fixtures/recording-ui.ts";
import { type GoComponent, goSettings, startGoComponent } from "../src/go-plugin.ts";

const never = new AbortController().signal;
const noHook: Hook = { run: async () => {} };

async function startBuilder(mode: string): Promise<GoComponent<"builder">> {
  const plugin = await startGoComponent("builder");
  await plugin.component.prepare(goSettings(await plugin.component.configSpec(), mode));
  return plugin;
}

describe("our client on a Builder of the Go SDK's", () => {
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

describe("our Hook on a builder of the Go SDK's", () => {
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

describe("our client on an Artifact of the Go SDK's", () => {
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
