import { startVSphere, type VSphereStandIn } from "@packerkit/cloud-sim";
import { defaultPackerSettings, type PostProcessContext, parseConfig } from "@packerkit/plugin-sdk";
import { overTheWire } from "@packerkit/plugin-sdk/test/over-the-wire";
import { describe, expect, it } from "vitest";
import { vsphereTemplate } from "../src/index.ts";
import { clone, cloneSettings, recordingUi, type Settings } from "./harness.ts";
import { asTestVCenter } from "./stand-in.ts";

/** A machine that a build left, and the post-processor run on it. */
async function afterBuild(
  standIn: VSphereStandIn,
  more: Settings,
  { force = false, signal = new AbortController().signal } = {},
) {
  const vcenter = asTestVCenter(standIn);
  const machine = await clone(cloneSettings(vcenter, { convert_to_template: false }));
  const config = parseConfig("post-processor", vsphereTemplate.config, {
    host: standIn.server,
    username: standIn.username,
    password: standIn.password,
    insecure: true,
    datacenter: "east",
    ...more,
  });
  const packer = { ...defaultPackerSettings, force };
  const input = overTheWire(machine);
  const ui = recordingUi();
  return {
    machine,
    run: () => vsphereTemplate.run({ config, artifact: input, ui, signal, packer }),
  };
}

const machinesOf = (standIn: VSphereStandIn) =>
  standIn
    .snapshot()
    .machines.filter(({ path }) => path.startsWith("/east/"))
    .map(({ path, isTemplate, snapshots }) => ({ path, isTemplate, snapshots }));

const SOURCE = { path: "/east/vm/templates/debian-12", isTemplate: true, snapshots: ["base"] };

describe("vsphere-template", () => {
  it("makes a machine a template under the name, in the folder and with the snapshot asked for", async () => {
    await using standIn = await startVSphere({ taskMs: 1 });
    const { machine, run } = await afterBuild(standIn, {
      template_name: "web-template",
      folder: "made/here",
      snapshot_enable: true,
      snapshot_name: "clean",
    });
    const { artifact, keep } = await run();
    expect(machinesOf(standIn)).toEqual([
      SOURCE,
      { path: "/east/vm/made/here/web-template", isTemplate: true, snapshots: ["clean"] },
    ]);
    expect(keep).toBe(true);
    const made = artifact as PostProcessContext<unknown>["artifact"];
    expect(await made.id()).toBe("web-template");
    expect(await made.state("par.artifact.metadata")).toMatchObject({
      imageId: "web-template",
      sourceImageId: "debian-12",
    });
    await machine.destroy();
    expect(machinesOf(standIn)).toEqual([SOURCE]);
  });

  it("leaves name and folder as they are with reregister_vm = false", async () => {
    await using standIn = await startVSphere({ taskMs: 1 });
    const { run } = await afterBuild(standIn, { template_name: "other", reregister_vm: false });
    await run();
    expect(machinesOf(standIn)).toEqual([
      SOURCE,
      { path: "/east/vm/web-1", isTemplate: true, snapshots: [] },
    ]);
  });

  it("does not take the place of another machine but with -force", async () => {
    await using standIn = await startVSphere({ taskMs: 1 });
    const settings = { template_name: "debian-12", folder: "templates" };
    const { run } = await afterBuild(standIn, settings);
    await expect(run()).rejects.toThrow(/has a VirtualMachine "debian-12" already.*-force/);
    expect(machinesOf(standIn)).toEqual([
      SOURCE,
      { path: "/east/vm/web-1", isTemplate: false, snapshots: [] },
    ]);
  });

  it.each(["error", "dropAfter"] as const)(
    "leaves the machine as it was, whichever of its calls fails: %s",
    async (kind) => {
      const settings = {
        template_name: "web-template",
        folder: "templates",
        snapshot_enable: true,
        snapshot_name: "clean",
      };
      const calls = ["CreateSnapshot_Task", "MoveIntoFolder_Task", "Rename_Task", "MarkAsTemplate"];
      for (const operation of calls) {
        await using standIn = await startVSphere({ taskMs: 1 });
        const { run } = await afterBuild(standIn, settings);
        const before = machinesOf(standIn);
        standIn.faults.inject({ kind, operation });
        // What was marked is marked, whatever became of the answer.
        if (operation === "MarkAsTemplate" && kind === "dropAfter") {
          await run();
          continue;
        }
        await expect(run(), operation).rejects.toThrow();
        expect(machinesOf(standIn), operation).toEqual(before);
      }
    },
  );

  it("refuses what is no machine on a vCenter", async () => {
    await using standIn = await startVSphere({ taskMs: 1 });
    const { machine, run } = await afterBuild(standIn, {});
    machine.builderId = () => "packer.docker";
    await expect(run()).rejects.toThrow(/was made by packer.docker; put it behind vsphere-clone/);
  });

  it("refuses a snapshot without a name", async () => {
    await using standIn = await startVSphere({ taskMs: 1 });
    await expect(afterBuild(standIn, { snapshot_enable: true })).rejects.toThrow(
      "snapshot_name: is needed with snapshot_enable",
    );
  });
});
