import { collectImages } from "@packerkit/registry-image";
import { describe, expect, it } from "vitest";
import type { TestVCenter } from "../backend.ts";
import { clone, cloneSettings, Observer } from "../harness.ts";

/** Declares what becomes of a machine in a content library. */
export function describeLibraries(current: () => TestVCenter): void {
  describe("a content library", () => {
    it("gets a VM template, which the artifact names and removes", async () => {
      const vcenter = current();
      await using observer = new Observer(vcenter);
      const before = await observer.inventory();
      const artifact = await clone(
        cloneSettings(vcenter, {
          convert_to_template: false,
          content_library_destination: { library: vcenter.library, name: "web-item" },
        }),
      );
      const { labels } = await collectImages(artifact);
      expect(labels).toMatchObject({
        content_library_destination: `${vcenter.library}/web-item`,
        content_library_item_uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        template_datastore: vcenter.datastore,
      });
      await artifact.destroy();
      expect(await observer.inventory()).toEqual(before);
    });

    it("refuses a second VM template of a name", async () => {
      const vcenter = current();
      const settings = cloneSettings(vcenter, {
        convert_to_template: false,
        content_library_destination: { library: vcenter.library, name: "web-item" },
      });
      const first = await clone(settings);
      await expect(clone({ ...settings, vm_name: "web-2" })).rejects.toMatchObject({
        cause: { code: "NAME_TAKEN" },
      });
      await first.destroy();
    });

    it("gets an OVF template, which the next build replaces; the machine goes where asked", async () => {
      const vcenter = current();
      const settings = cloneSettings(vcenter, {
        convert_to_template: false,
        content_library_destination: {
          library: vcenter.library,
          name: "web-ovf",
          ovf: true,
          destroy: true,
        },
      });
      await using observer = new Observer(vcenter);
      const first = await clone(settings);
      expect(await observer.find("web-1")).toBeUndefined();
      const second = await clone(settings);
      const items = await Promise.all([first, second].map((artifact) => collectImages(artifact)));
      const [one, two] = items.map(({ labels }) => labels["content_library_item_uuid"]);
      expect(one).toBe(two);
      expect(items[0]?.labels).not.toHaveProperty("vsphere_uuid");
      await second.destroy();
      await first.destroy();
    });
  });
}
