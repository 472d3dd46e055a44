import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { collectImages } from "@packerkit/registry-image";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isCdrom, isDisk, isEthernetCard } from "../../src/vim25/virtual-devices.ts";
import { devicesOf } from "../../src/vim25/virtual-machine.ts";
import type { TestVCenter } from "../backend.ts";
import { installUnattended, isoSettings, Observer, temporaryFolder } from "../harness.ts";

const CONTENT = Buffer.alloc(300_000, "an ISO image ");
const SHA256 = createHash("sha256").update(CONTENT).digest("hex");

/** Declares what `vsphere-iso` makes. */
export function describeInstallations(current: () => TestVCenter): void {
  describe("an installation", () => {
    let folder: Awaited<ReturnType<typeof temporaryFolder>>;
    let cache: string | undefined;

    beforeEach(async () => {
      folder = await temporaryFolder();
      cache = process.env["PACKER_CACHE_DIR"];
      process.env["PACKER_CACHE_DIR"] = join(folder.path, "cache");
    });

    afterEach(async () => {
      if (cache === undefined) delete process.env["PACKER_CACHE_DIR"];
      else process.env["PACKER_CACHE_DIR"] = cache;
      await folder[Symbol.asyncDispose]();
    });

    it("from an ISO image of the datastore becomes a template with its hardware", async () => {
      const vcenter = current();
      const iso = `[${vcenter.datastore}] iso/debian.iso`;
      const artifact = await installUnattended(
        vcenter,
        isoSettings(vcenter, {
          host: vcenter.clusterHost,
          iso_paths: [iso],
          notes: "installed",
          CPUs: 2,
          RAM: 2048,
          storage: [{ disk_size: 1024 }, { disk_size: 2048, disk_thin_provisioned: true }],
          network_adapters: [
            { network: vcenter.network, network_card: "vmxnet3" },
            { network: vcenter.portgroup, network_card: "e1000" },
          ],
          usb_controller: ["xhci"],
          convert_to_template: false,
        }),
      );
      try {
        const { images } = await collectImages(artifact);
        expect(images).toEqual([
          {
            imageId: "installed-1",
            providerName: "vsphere",
            providerRegion: vcenter.datacenter,
            sourceImageId: iso,
            labels: {
              vsphere_uuid: expect.any(String),
              annotation: "installed",
              num_cpu: "2",
              memory_mb: "2048",
              datastore: vcenter.datastore,
              network: vcenter.network,
              network_1: vcenter.portgroup,
              cluster: vcenter.cluster,
              host: vcenter.clusterHost,
            },
          },
        ]);
        await using observer = new Observer(vcenter);
        const vm = await observer.find("installed-1");
        const devices = vm === undefined ? [] : await devicesOf(observer.session, vm);
        expect(devices.filter(isDisk)).toHaveLength(2);
        expect(devices.filter(isEthernetCard).map(({ type }) => type)).toEqual([
          "VirtualVmxnet3",
          "VirtualE1000",
        ]);
        expect(devices.map(({ type }) => type)).toContain("VirtualUSBXHCIController");
      } finally {
        await artifact.destroy();
      }
    });

    it("downloads, checks and uploads an ISO image once, and tells where it was from", async () => {
      const vcenter = current();
      await using server = await serveIso();
      const iso_url = `http://user:secret@127.0.0.1:${server.port}/debian.iso?token=secret`;
      const settings = isoSettings(vcenter, { iso_url, iso_checksum: `sha256:${SHA256}` });
      await using observer = new Observer(vcenter);
      const first = await installUnattended(vcenter, settings);
      const [uploaded, ...others] = await observer.files("*.iso");
      expect(others).toEqual([]);
      const { images } = await collectImages(first);
      expect(images[0]?.sourceImageId).toBe(uploaded);
      expect(images[0]?.labels).toMatchObject({
        source_image_url: `http://127.0.0.1:${server.port}/debian.iso`,
      });
      expect(first.state("iso_path")).toBe(uploaded);
      await first.destroy();
      const second = await installUnattended(vcenter, {
        ...settings,
        local_cache_overwrite: false,
        remote_cache_overwrite: true,
        remote_cache_cleanup: true,
      });
      await second.destroy();
      expect(server.requests).toHaveLength(1);
      expect(await observer.files("*")).toEqual([]);
    });

    it("takes another URL where one does not answer, and a SATA drive", async () => {
      const vcenter = current();
      const file = join(folder.path, "debian.iso");
      await writeFile(file, CONTENT);
      await writeFile(join(folder.path, "SHA256SUMS"), `${SHA256}  debian.iso\n`);
      const artifact = await installUnattended(
        vcenter,
        isoSettings(vcenter, {
          iso_urls: [join(folder.path, "missing.iso"), `file://${file}`],
          iso_checksum: `file:${join(folder.path, "SHA256SUMS")}`,
          cdrom_type: "sata",
          remove_cdrom: true,
          remove_network_adapter: true,
          remote_cache_cleanup: true,
          convert_to_template: false,
        }),
      ).catch((error: unknown) => error as Error);
      if (artifact instanceof Error) throw artifact;
      await using observer = new Observer(vcenter);
      const vm = await observer.find("installed-1");
      const devices = vm === undefined ? [] : await devicesOf(observer.session, vm);
      expect(devices.filter((device) => isCdrom(device) || isEthernetCard(device))).toEqual([]);
      await artifact.destroy();
    });

    it.each<[string, { path?: string; iso_checksum?: string }, string]>([
      ["a wrong checksum", { iso_checksum: `sha256:${"0".repeat(64)}` }, "CHECKSUM_MISMATCH"],
      ["a URL that answers 404", { path: "/missing.iso" }, "FILE_FAILED"],
    ])("is refused with %s, and nothing is left", async (_, { path, ...more }, code) => {
      const vcenter = current();
      await using observer = new Observer(vcenter);
      const before = await observer.inventory();
      await using server = await serveIso();
      const iso_url = `http://127.0.0.1:${server.port}${path ?? "/debian.iso"}`;
      const settings = isoSettings(vcenter, {
        iso_url,
        iso_checksum: `sha256:${SHA256}`,
        ...more,
      });
      await expect(installUnattended(vcenter, settings)).rejects.toMatchObject({
        cause: { code },
      });
      expect(await observer.inventory()).toEqual(before);
    });
  });
}

/** A web server with an ISO image on it. */
async function serveIso(): Promise<AsyncDisposable & { port: number; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? "");
    if (!request.url?.startsWith("/debian.iso")) return void response.writeHead(404).end();
    response.writeHead(200, { "content-length": CONTENT.length }).end(CONTENT);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
