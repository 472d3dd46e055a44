import { describe, expect, it } from "vitest";
import type { TestVCenter } from "../backend.ts";
import { clone, cloneSettings, Observer, type Settings } from "../harness.ts";

/** Declares what is refused, and in which words. */
export function describeRefusals(current: () => TestVCenter): void {
  const cases: [string, (vcenter: TestVCenter) => Settings, string, string][] = [
    ["a wrong password", () => ({ password: "not-it" }), "LOGIN_REFUSED", "InvalidLogin"],
    [
      "a certificate that nobody vouches for",
      () => ({ insecure_connection: false }),
      "CERTIFICATE_NOT_TRUSTED",
      "set insecure_connection = true",
    ],
    [
      "a server that does not answer",
      () => ({ vcenter_server: "127.0.0.1:1" }),
      "CONNECTION_LOST",
      "check the attribute vcenter_server",
    ],
    [
      "an unknown datacenter",
      () => ({ datacenter: "nowhere" }),
      "NOT_FOUND",
      "check the attribute datacenter",
    ],
    [
      "several datacenters",
      () => ({ datacenter: "" }),
      "AMBIGUOUS",
      "there are several datacenters",
    ],
    [
      "an unknown template",
      () => ({ template: "nothing" }),
      "NOT_FOUND",
      'there is no virtual machine "nothing"',
    ],
    [
      "an unknown path of a template",
      () => ({ template: "no/thing" }),
      "NOT_FOUND",
      "check the attribute template",
    ],
    ["an unknown host", () => ({ host: "nobody" }), "NOT_FOUND", "check the attribute host"],
    [
      "an unknown cluster",
      () => ({ cluster: "nobodies", host: "" }),
      "NOT_FOUND",
      "check the attribute cluster",
    ],
    [
      "a host of no cluster together with a cluster",
      ({ cluster }) => ({ cluster }),
      "UNSUITABLE",
      "is not in the cluster",
    ],
    [
      "an unknown pool",
      () => ({ resource_pool: "no/pool" }),
      "NOT_FOUND",
      'there is no resource pool "no/pool"',
    ],
    [
      "an unknown datastore",
      () => ({ datastore: "void" }),
      "NOT_FOUND",
      "check the attribute datastore",
    ],
    [
      "an unknown network",
      () => ({ network: "ether" }),
      "NOT_FOUND",
      "check the attribute network",
    ],
    [
      "a folder that is a machine",
      ({ template, templateFolder }) => ({
        folder: [templateFolder, template].filter(Boolean).join("/"),
      }),
      "UNSUITABLE",
      "not a folder",
    ],
    ["disks that would shrink", () => ({ disk_size: 1 }), "UNSUITABLE", "disks can only grow"],
    [
      "an unknown content library",
      () => ({
        convert_to_template: false,
        content_library_destination: { library: "no-library" },
      }),
      "NOT_FOUND",
      'there is no content library "no-library"',
    ],
  ];

  describe("a refusal", () => {
    it.each(cases)(
      "of %s is one clear error, and nothing is made",
      async (_, more, code, words) => {
        const vcenter = current();
        await using observer = new Observer(vcenter);
        const before = await observer.inventory();
        const error = await clone(cloneSettings(vcenter, more(vcenter))).catch(
          (thrown: unknown) => thrown as Error,
        );
        expect(error).toMatchObject({ code: "STEP_FAILED", cause: { code } });
        expect(String(error)).toContain(words);
        expect(String(error)).not.toContain(vcenter.password);
        expect(await observer.inventory()).toEqual(before);
      },
    );

    it("of a name that is taken comes before anything is made", async () => {
      const vcenter = current();
      const artifact = await clone(cloneSettings(vcenter));
      await using observer = new Observer(vcenter);
      const before = await observer.inventory();
      await expect(clone(cloneSettings(vcenter))).rejects.toThrow("replace it with -force");
      expect(await observer.inventory()).toEqual(before);
      await artifact.destroy();
    });

    it("of two machines of one name says where both are", async () => {
      const vcenter = current();
      const first = await clone(cloneSettings(vcenter, { folder: "twins/a" }));
      const second = await clone(cloneSettings(vcenter, { folder: "twins/b" }));
      const settings = cloneSettings(vcenter, { template: "web-1", vm_name: "web-2" });
      await expect(clone(settings)).rejects.toMatchObject({
        cause: { code: "AMBIGUOUS" },
        message: expect.stringMatching(/twins\/a\/web-1, \S+twins\/b\/web-1.*attribute template/),
      });
      const byPath = await clone({ ...settings, template: "twins/b/web-1" });
      for (const artifact of [byPath, first, second]) await artifact.destroy();
    });
  });
}
