import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collectImages } from "@packerkit/registry-image";
import { describe, expect, it } from "vitest";
import type { ImageResource, InstanceResource } from "../src/client.ts";
import { ask, build, leftovers, recordingUi, startCloud } from "./cloud.ts";

const LICENSE =
  "https://www.googleapis.com/compute/v1/projects/debian-cloud/global/licenses/debian-12-bookworm";

/** Builds, and answers how the API shows the instance while it is provisioned. */
async function instanceOf(more: object, options = {}): Promise<InstanceResource> {
  await using cloud = await startCloud({ networks: ["default", "net", "sub"], ...options });
  let seen: InstanceResource = {};
  await build(cloud, more, {
    provisioners: [
      async ({ data }) => {
        seen = await ask(cloud, `zones/us-central1-a/instances/${data["ID"]}`);
      },
    ],
  });
  return seen;
}

describe("a build", () => {
  it("makes an image whose metadata is as the official plugin has it", async () => {
    await using cloud = await startCloud();
    const artifact = await build(cloud, { image_labels: { team: "web", app: "shop" } });
    const self_link = `https://www.googleapis.com/compute/v1/projects/${cloud.project}/global/images/web-1`;
    const labels = {
      disk_size_gb: "20",
      licenses: LICENSE,
      machine_type: "e2-standard-2",
      project_id: cloud.project,
      self_link,
      source_image_family: "debian-12",
      source_image_project_ids: "debian-cloud",
      tags: "app:shop,team:web",
    };
    expect(await collectImages(artifact)).toEqual({
      images: [
        {
          imageId: "web-1",
          providerName: "gce",
          providerRegion: "us-central1-a",
          sourceImageId: "debian-12-bookworm-v20260609",
          labels,
        },
      ],
      labels,
      dropped: [],
    });
    expect(artifact.id()).toBe("web-1");
    expect(artifact.state("generated_data")).toEqual({
      SourceImageName: "debian-12-bookworm-v20260609",
    });
    expect(artifact.state("ImageName")).toBe("web-1");
    expect(artifact.state("ImageSizeGb")).toBe(20);
    expect(artifact.state("ProjectId")).toBe(cloud.project);
    expect(artifact.state("BuildZone")).toBe("us-central1-a");
    expect(leftovers(cloud)).toEqual(["image web-1"]);
  });

  it("looks through the public projects where none is named, its own first", async () => {
    await using cloud = await startCloud();
    await build(cloud, { source_image_project_id: [] });
    const asked = cloud.requests
      .filter(({ operation }) => operation === "images.getFromFamily")
      .map(({ path }) => path.split("/")[4]);
    expect(asked[0]).toBe(cloud.project);
    expect(asked.at(-1)).toBe("debian-cloud");
  });

  it("starts from the image by name where both name and family are given", async () => {
    await using cloud = await startCloud();
    const artifact = await build(cloud, { source_image: "debian-12-bookworm-v20250101" });
    const { images } = await collectImages(artifact);
    expect(images[0]).toMatchObject({
      sourceImageId: "debian-12-bookworm-v20250101",
      labels: { source_image: "debian-12-bookworm-v20250101", source_image_family: "debian-12" },
    });
  });

  it("gives the image what its settings say", async () => {
    await using cloud = await startCloud();
    const deleteAt = "2999-01-01T00:00:00Z";
    await build(cloud, {
      image_family: "web",
      image_description: "The web server",
      image_licenses: ["projects/vm-options/global/licenses/enable-vmx"],
      image_guest_os_features: ["SEV_CAPABLE"],
      image_storage_locations: ["us-east1"],
      image_architecture: "arm64",
      delete_at: deleteAt,
      disk_size: 30,
    });
    expect(await ask<ImageResource>(cloud, "global/images/web-1")).toMatchObject({
      family: "web",
      description: "The web server",
      licenses: [LICENSE, "projects/vm-options/global/licenses/enable-vmx"],
      guestOsFeatures: expect.arrayContaining([{ type: "SEV_CAPABLE" }]),
      storageLocations: ["us-east1"],
      architecture: "ARM64",
      diskSizeGb: "30",
      deprecated: { state: "ACTIVE", deleted: deleteAt },
    });
  });

  it("with -force replaces the image that has the name", async () => {
    await using cloud = await startCloud();
    await build(cloud);
    const first = await ask<ImageResource>(cloud, "global/images/web-1");
    await build(cloud, {}, { packer: { force: true } });
    const second = await ask<ImageResource>(cloud, "global/images/web-1");
    expect(second.id).not.toBe(first.id);
    expect(leftovers(cloud)).toEqual(["image web-1"]);
  });

  it("makes no image and no artifact with skip_create_image", async () => {
    await using cloud = await startCloud();
    await expect(build(cloud, { skip_create_image: true })).rejects.toThrow("made no artifact");
    expect(cloud.operations()).not.toContain("images.insert");
    expect(leftovers(cloud)).toEqual([]);
  });

  it("names the image by the time where it has no name", async () => {
    await using cloud = await startCloud();
    const artifact = await build(cloud, { image_name: undefined });
    expect(artifact.id()).toMatch(/^packer-\d{10}$/);
  });

  it("makes it in another project where image_project_id says so, and destroys it there", async () => {
    await using cloud = await startCloud({ projects: ["builds", "images"] });
    const artifact = await build(cloud, { image_project_id: "images" });
    expect(cloud.snapshot().images).toMatchObject([{ project: "images", name: "web-1" }]);
    const { labels } = await collectImages(artifact);
    expect(labels["project_id"]).toBe("images");
    await artifact.destroy();
    expect(leftovers(cloud)).toEqual([]);
  });

  it("says how far an operation is that takes long", async () => {
    await using cloud = await startCloud({ operationMs: 120, longestWaitMs: 25 });
    const { lines, ui } = recordingUi();
    await build(cloud, {}, { ui });
    expect(lines.join("\n")).toMatch(/Still creating the image web-1: \d+ %/);
  });

  it("refuses provisioners that need the instance, where the communicator is none", async () => {
    await using cloud = await startCloud();
    const provisioners = [
      async ({ communicator }: { communicator: { start(command: object): Promise<number> } }) => {
        await communicator.start({ command: "true" });
      },
    ];
    await expect(build(cloud, {}, { provisioners })).rejects.toThrow('set communicator = "ssh"');
    expect(leftovers(cloud)).toEqual([]);
  });
});

describe("the instance", () => {
  it("has the defaults of the official plugin", async () => {
    expect(await instanceOf({})).toMatchObject({
      description: "New instance created by Packer",
      machineType: expect.stringMatching(/zones\/us-central1-a\/machineTypes\/e2-standard-2$/),
      networkInterfaces: [
        {
          network: expect.stringMatching(/global\/networks\/default$/),
          accessConfigs: [{ type: "ONE_TO_ONE_NAT", natIP: "127.0.0.1" }],
        },
      ],
      scheduling: { onHostMaintenance: "MIGRATE", preemptible: false },
      serviceAccounts: [
        {
          email: "default",
          scopes: [
            "https://www.googleapis.com/auth/userinfo.email",
            "https://www.googleapis.com/auth/compute",
            "https://www.googleapis.com/auth/devstorage.full_control",
          ],
        },
      ],
      disks: [{ boot: true, autoDelete: false }],
      metadata: { items: [] },
    });
  });

  it("has what its settings say", async () => {
    const seen = await instanceOf({
      machine_type: "n2-standard-2",
      min_cpu_platform: "Intel Ice Lake",
      labels: { team: "web" },
      tags: ["allow-ssh"],
      metadata: { greeting: "hello" },
      preemptible: true,
      service_account_email: "builder@example.iam.gserviceaccount.com",
      scopes: ["https://www.googleapis.com/auth/cloud-platform"],
      enable_secure_boot: true,
      enable_vtpm: true,
      enable_integrity_monitoring: true,
      enable_nested_virtualization: true,
    });
    expect(seen).toMatchObject({
      machineType: expect.stringMatching(/n2-standard-2$/),
      minCpuPlatform: "Intel Ice Lake",
      labels: { team: "web" },
      tags: { items: ["allow-ssh"] },
      metadata: { items: [{ key: "greeting", value: "hello" }] },
      scheduling: { onHostMaintenance: "TERMINATE", preemptible: true, automaticRestart: false },
      serviceAccounts: [
        {
          email: "builder@example.iam.gserviceaccount.com",
          scopes: ["https://www.googleapis.com/auth/cloud-platform"],
        },
      ],
      shieldedInstanceConfig: {
        enableSecureBoot: true,
        enableVtpm: true,
        enableIntegrityMonitoring: true,
      },
      advancedMachineFeatures: { enableNestedVirtualization: true },
    });
  });

  it("has no service account where that is said", async () => {
    const { serviceAccounts } = await instanceOf({ disable_default_service_account: true });
    expect(serviceAccounts).toEqual([]);
  });

  it("has no external address where that is said, and is reached at the internal one", async () => {
    await using cloud = await startCloud();
    let host: unknown;
    const provisioners = [
      async ({ data }: { data: Readonly<Record<string, unknown>> }) => {
        host = data["Host"];
      },
    ];
    const more = { omit_external_ip: true, use_internal_ip: true, network_ip: "10.128.0.7" };
    await build(cloud, more, { provisioners });
    expect(host).toBe("10.128.0.7");
  });

  it.each([
    [{ network: "net" }, { network: "projects/packerkit-test/global/networks/net" }],
    [
      { network: "net", network_project_id: "debian-cloud" },
      { network: "projects/debian-cloud/global/networks/net" },
    ],
    [
      { network: "projects/host/global/networks/net" },
      { network: "projects/host/global/networks/net" },
    ],
    [
      { subnetwork: "sub" },
      { subnetwork: "projects/packerkit-test/regions/us-central1/subnetworks/sub" },
    ],
  ])("reads %o as %o", async (more, wanted) => {
    const { networkInterfaces } = await instanceOf(more);
    const [nic] = networkInterfaces ?? [];
    for (const [field, value] of Object.entries(wanted)) {
      expect((nic as Record<string, unknown>)[field]).toMatch(new RegExp(`${value}$`));
    }
  });
});

describe("a start-up script", () => {
  it("is waited for, and what it wrote is in the image's children", async () => {
    await using cloud = await startCloud({ scriptMs: 30 });
    const folder = await mkdtemp(join(tmpdir(), "packerkit-gce-"));
    try {
      const script = join(folder, "start.sh");
      await writeFile(script, "echo made > /srv/made\n");
      await build(cloud, { startup_script_file: script });
      // The child's script fails unless the parent's has run.
      const child = { source_image: "web-1", image_name: "web-2" };
      await build(cloud, {
        ...child,
        source_image_project_id: [],
        metadata: { "startup-script": "grep made /srv/made" },
      });
      expect(leftovers(cloud)).toEqual(["image web-1", "image web-2"]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("that fails takes the build with it, and shows what it printed", async () => {
    await using cloud = await startCloud();
    const metadata = { "startup-script": "echo it broke; exit 3" };
    const failure = build(cloud, { metadata });
    await expect(failure).rejects.toMatchObject({
      cause: { code: "STARTUP_SCRIPT_FAILED" },
      message: expect.stringContaining("it broke"),
    });
    expect(leftovers(cloud)).toEqual([]);
  });

  it("is neither wrapped nor waited for where that is said", async () => {
    const { metadata } = await instanceOf(
      { metadata: { "startup-script": "exit 3" }, wrap_startup_script: false },
      { scriptMs: 60_000 },
    );
    expect(metadata?.items).toEqual([{ key: "startup-script", value: "exit 3" }]);
  });
});

describe("files that settings name", () => {
  it("become metadata, and the Secure Boot state of the image", async () => {
    await using cloud = await startCloud();
    const folder = await mkdtemp(join(tmpdir(), "packerkit-gce-"));
    try {
      const file = join(folder, "note.txt");
      await writeFile(file, "a note");
      let seen: InstanceResource = {};
      await build(
        cloud,
        { metadata_files: { note: file }, image_signatures_db: [file] },
        {
          provisioners: [
            async ({ data }) => {
              seen = await ask(cloud, `zones/us-central1-a/instances/${data["ID"]}`);
            },
          ],
        },
      );
      expect(seen.metadata?.items).toEqual([{ key: "note", value: "a note" }]);
      expect(await ask(cloud, "global/images/web-1")).toMatchObject({
        shieldedInstanceInitialState: {
          dbs: [{ content: Buffer.from("a note").toString("base64"), fileType: "BIN" }],
        },
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each([
    ["startup_script_file", "/none.sh"],
    ["metadata_files", { note: "/none.sh" }],
  ])("%s that cannot be read is told before anything is made", async (name, value) => {
    await using cloud = await startCloud();
    await expect(build(cloud, { [name]: value })).rejects.toThrow(`check ${name}`);
    expect(cloud.operations()).not.toContain("instances.insert");
  });
});
