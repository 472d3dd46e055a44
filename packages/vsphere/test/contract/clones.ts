import { collectImages } from "@packerkit/registry-image";
import { describe, expect, it } from "vitest";
import { propertiesOf } from "../../src/vim25/property-collector.ts";
import { isCdrom, isDisk, isEthernetCard } from "../../src/vim25/virtual-devices.ts";
import { devicesOf } from "../../src/vim25/virtual-machine.ts";
import type { TestVCenter } from "../backend.ts";
import { clone, cloneSettings, Observer } from "../harness.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Declares what `vsphere-clone` makes. */
export function describeClones(current: () => TestVCenter): void {
  describe("a clone", () => {
    it("becomes a template whose metadata is read from it", async () => {
      const vcenter = current();
      const settings = cloneSettings(vcenter, { notes: "built <here> & now", CPUs: 2, RAM: 512 });
      const artifact = await clone(settings);
      try {
        const { images } = await collectImages(artifact);
        expect(images).toEqual([
          {
            imageId: "web-1",
            providerName: "vsphere",
            providerRegion: vcenter.datacenter,
            sourceImageId: vcenter.template,
            labels: {
              vsphere_uuid: expect.stringMatching(UUID),
              annotation: "built <here> & now",
              num_cpu: "2",
              memory_mb: "512",
              datastore: vcenter.datastore,
              network: expect.any(String),
              host: vcenter.host,
            },
          },
        ]);
        expect(artifact.state("source_template")).toBe(vcenter.template);
        await using observer = new Observer(vcenter);
        expect(await observer.inventory()).toContain("web-1 poweredOff true");
      } finally {
        await artifact.destroy();
      }
    });

    it("goes where the settings say: cluster, host, pool, folder and network", async () => {
      const vcenter = current();
      const artifact = await clone(
        cloneSettings(vcenter, {
          template: `${vcenter.templateFolder}/${vcenter.template}`.replace(/^\//, ""),
          cluster: vcenter.cluster,
          host: vcenter.clusterHost,
          resource_pool: vcenter.pool,
          folder: "made/for/this",
          network: vcenter.portgroup,
          mac_address: "00:50:56:AB:CD:EF",
          convert_to_template: false,
        }),
      );
      try {
        const { labels } = await collectImages(artifact);
        expect(labels).toMatchObject({
          cluster: vcenter.cluster,
          host: vcenter.clusterHost,
          resource_pool: vcenter.pool,
          network: vcenter.portgroup,
        });
        await using observer = new Observer(vcenter);
        const vm = await observer.find("made/for/this/web-1");
        expect(vm?.type).toBe("VirtualMachine");
        const devices = vm === undefined ? [] : await devicesOf(observer.session, vm);
        const [card] = devices.filter(isEthernetCard);
        expect(card?.node.childText("macAddress")).toBe("00:50:56:ab:cd:ef");
      } finally {
        await artifact.destroy();
      }
    });

    it("gets disks and drives, and loses what only the build needed", async () => {
      const vcenter = current();
      await using observer = new Observer(vcenter);
      const before = await disksOfTemplate(vcenter, observer);
      const artifact = await clone(
        cloneSettings(vcenter, {
          convert_to_template: false,
          disk_controller_type: ["pvscsi", "nvme"],
          storage: [{ disk_size: 64 }, { disk_size: 128, disk_controller_index: 1 }],
          iso_paths: [`[${vcenter.datastore}] iso/tools.iso`],
          configuration_parameters: { "guestinfo.role": "web & db" },
          create_snapshot: true,
          snapshot_name: "base",
        }),
      );
      try {
        const vm = await observer.find("web-1");
        if (vm === undefined) throw new Error("the machine is not there");
        const devices = await devicesOf(observer.session, vm);
        const sizes = devices.filter(isDisk).map(({ node }) => node.childText("capacityInKB"));
        expect(sizes).toHaveLength(before + 2);
        expect(sizes).toEqual(expect.arrayContaining([String(64 * 1024), String(128 * 1024)]));
        const backings = devices.filter(isCdrom).map(({ node }) => node.child("backing")?.type);
        expect(backings).not.toContain("VirtualCdromIsoBackingInfo");
        expect(backings).toContain("VirtualCdromRemotePassthroughBackingInfo");
        const properties = await propertiesOf(observer.session, vm, [
          "config.extraConfig",
          "snapshot",
        ]);
        const settings = properties.get("config.extraConfig")?.children("OptionValue") ?? [];
        const role = settings.find((setting) => setting.childText("key") === "guestinfo.role");
        expect(role?.childText("value")).toBe("web & db");
        expect(properties.get("snapshot")?.child("currentSnapshot")).toBeDefined();
      } finally {
        await artifact.destroy();
      }
    });

    it("shares the disks of the source's snapshot where it is linked", async () => {
      const artifact = await clone(cloneSettings(current(), { linked_clone: true }));
      await artifact.destroy();
    });

    it("with -force takes the place of what has its name", async () => {
      const vcenter = current();
      await using observer = new Observer(vcenter);
      const before = await observer.inventory();
      await clone(cloneSettings(vcenter, { notes: "old" }));
      const settings = cloneSettings(vcenter, { notes: "new" });
      const artifact = await clone(settings, { packer: { force: true } });
      expect((await collectImages(artifact)).labels).toMatchObject({ annotation: "new" });
      await artifact.destroy();
      expect(await observer.inventory()).toEqual(before);
    });

    it("is destroyed in the end where the settings say so", async () => {
      const vcenter = current();
      const artifact = await clone(
        cloneSettings(vcenter, { destroy: true, convert_to_template: false }),
      );
      const { labels } = await collectImages(artifact);
      expect(labels).toHaveProperty("num_cpu");
      expect(labels).not.toHaveProperty("vsphere_uuid");
      await using observer = new Observer(vcenter);
      expect(await observer.find("web-1")).toBeUndefined();
      await artifact.destroy();
    });
  });
}

async function disksOfTemplate(vcenter: TestVCenter, observer: Observer): Promise<number> {
  const path = `${vcenter.templateFolder}/${vcenter.template}`.replace(/^\//, "");
  const template = await observer.find(path);
  if (template === undefined) throw new Error("the template is not there");
  return (await devicesOf(observer.session, template)).filter(isDisk).length;
}
