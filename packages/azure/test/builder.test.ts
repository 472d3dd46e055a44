import type { Communicator } from "@packerkit/plugin-sdk";
import { collectImages } from "@packerkit/registry-image";
import { describe, expect, it } from "vitest";
import {
  build,
  GALLERY,
  idOf,
  leftovers,
  MANAGED_IMAGE,
  NO_PLATFORM_IMAGE,
  startCloud,
  VHD,
} from "./cloud.ts";

const BASE = {
  subscription: "{s}",
  resource_group: "packerkit-images",
  gallery_name: "packerkit_gallery",
  image_name: "base",
};

describe("a build", () => {
  it("makes a managed image whose metadata is as the official plugin has it", async () => {
    await using cloud = await startCloud();
    const artifact = await build(cloud);
    const id = idOf(cloud, "Microsoft.Compute/images/web-1");
    const labels = {
      os_type: "Linux",
      managed_image_resourcegroup_name: "packerkit-images",
      managed_image_name: "web-1",
    };
    const source = `/subscriptions/${cloud.subscriptionId}/providers/Microsoft.Compute/locations/westeurope/publishers/Canonical/ArtifactTypes/vmimage/offers/ubuntu-24_04-lts/skus/server/versions/latest`;
    expect(await collectImages(artifact)).toEqual({
      images: [
        {
          imageId: id,
          providerName: "azure",
          providerRegion: "westeurope",
          sourceImageId: source,
          labels,
        },
      ],
      labels,
      dropped: [],
    });
    expect(artifact.id()).toBe(id);
    expect(artifact.state("generated_data")).toEqual({ SourceImageName: source });
    expect(leftovers(cloud)).toEqual(["images web-1"]);
  });

  it("publishes a version in a gallery", async () => {
    await using cloud = await startCloud();
    const artifact = await build(cloud, GALLERY);
    const id = idOf(
      cloud,
      "Microsoft.Compute/galleries/packerkit_gallery/images/web/versions/1.0.0",
    );
    const { images } = await collectImages(artifact);
    expect(images).toMatchObject([
      {
        imageId: id,
        providerRegion: "westeurope",
        labels: {
          sig_resource_group: "packerkit-images",
          sig_name: "packerkit_gallery",
          sig_image_name: "web",
          sig_image_version: "1.0.0",
          sig_replicated_regions: "northeurope, westeurope",
        },
      },
    ]);
    expect(artifact.id()).toBe(id);
    expect(artifact.state("arm.ManagedImageSharedGalleryReplicationRegions")).toEqual([
      "northeurope",
      "westeurope",
    ]);
    expect(leftovers(cloud)).toEqual(["versions packerkit_gallery/web/1.0.0"]);
  });

  it("copies its disks to a storage account", async () => {
    await using cloud = await startCloud();
    const more = { ...VHD, temp_os_disk_name: "system", disk_additional_size: [8] };
    const artifact = await build(cloud, more);
    const { images } = await collectImages(artifact);
    expect(images).toMatchObject([
      { providerRegion: "westeurope", labels: { storage_account_location: "westeurope" } },
    ]);
    expect(images[0]?.imageId).toMatch(/packerkitstore\/images\/web-system\.vhd$/);
    expect(artifact.id()).toBe(images[0]?.imageId);
    expect(leftovers(cloud).toSorted()).toEqual([
      expect.stringMatching(/^packerkitstore\/images\/web-pkrdd[a-z0-9]{10}-1\.vhd$/),
      "packerkitstore/images/web-system.vhd",
    ]);
  });

  it("makes several things of one machine, of which the managed image comes first", async () => {
    await using cloud = await startCloud();
    const artifact = await build(cloud, { ...MANAGED_IMAGE, ...GALLERY, ...VHD });
    const { images } = await collectImages(artifact);
    expect(images).toHaveLength(1);
    expect(images[0]?.imageId).toBe(idOf(cloud, "Microsoft.Compute/images/web-1"));
    expect(Object.keys(images[0]?.labels ?? {}).toSorted()).toEqual([
      "managed_image_name",
      "managed_image_resourcegroup_name",
      "os_type",
      "sig_image_name",
      "sig_image_version",
      "sig_name",
      "sig_replicated_regions",
      "sig_resource_group",
      "storage_account_location",
    ]);
  });

  it.each([
    [
      "a managed image",
      {
        custom_managed_image_name: "golden-1",
        custom_managed_image_resource_group_name: "packerkit-images",
      },
      "images/golden-1",
    ],
    [
      "a gallery's version, of which its managed image is told",
      { shared_image_gallery: { ...BASE, image_version: "1.0.0" } },
      "images/golden-1",
    ],
    [
      "the latest version of a gallery's image",
      { shared_image_gallery: BASE },
      "galleries/packerkit_gallery/images/base",
    ],
  ])("starts from %s", async (_, source, path) => {
    await using cloud = await startCloud();
    const text = JSON.stringify(source).replace("{s}", cloud.subscriptionId);
    const artifact = await build(cloud, {
      ...MANAGED_IMAGE,
      ...NO_PLATFORM_IMAGE,
      ...JSON.parse(text),
    });
    const { images } = await collectImages(artifact);
    expect(images[0]?.sourceImageId).toBe(idOf(cloud, `Microsoft.Compute/${path}`));
    expect(leftovers(cloud)).toEqual(["images web-1"]);
  });

  it("builds in a network that exists, without a public address", async () => {
    await using cloud = await startCloud();
    await build(cloud, {
      ...MANAGED_IMAGE,
      virtual_network_name: "packerkit-net",
      virtual_network_resource_group_name: "packerkit-images",
    });
    const made = cloud.requests.map(({ operation }) => operation);
    expect(made).toContain("NetworkInterfaces_CreateOrUpdate");
    expect(made).not.toContain("PublicIPAddresses_CreateOrUpdate");
    expect(made).not.toContain("VirtualNetworks_CreateOrUpdate");
    expect(leftovers(cloud)).toEqual(["images web-1"]);
  });

  it("tells which subnets there are where the one that is named is not there", async () => {
    await using cloud = await startCloud();
    const network = {
      virtual_network_name: "packerkit-net",
      virtual_network_resource_group_name: "packerkit-images",
      virtual_network_subnet_name: "none",
    };
    await expect(build(cloud, { ...MANAGED_IMAGE, ...network })).rejects.toThrow(
      "the network packerkit-net has the subnets default; name one of them",
    );
    expect(leftovers(cloud)).toEqual([]);
  });

  it("makes of the machine what its settings say, and tells provisioners its names", async () => {
    await using cloud = await startCloud();
    let seen: Readonly<Record<string, unknown>> = {};
    let machine: unknown;
    await build(
      cloud,
      {
        ...MANAGED_IMAGE,
        temp_resource_group_name: "own",
        temp_compute_name: "builder",
        vm_size: "Standard_B2s",
        os_disk_size_gb: 64,
        disk_additional_size: [8],
        azure_tags: { team: "web" },
        custom_data: "aGVsbG8=",
      },
      {
        provisioners: [
          async ({ data }) => {
            seen = data;
            const id = idOf(cloud, "Microsoft.Compute/virtualMachines/builder", "own");
            machine = cloud.resource(id);
          },
        ],
      },
    );
    expect(machine).toMatchObject({
      tags: { team: "web" },
      properties: {
        hardwareProfile: { vmSize: "Standard_B2s" },
        storageProfile: {
          osDisk: { diskSizeGB: 64, caching: "ReadWrite" },
          dataDisks: [{ lun: 0, diskSizeGB: 8 }],
        },
        osProfile: {
          adminUsername: "packer",
          linuxConfiguration: { disablePasswordAuthentication: true },
        },
      },
    });
    expect(seen).toMatchObject({
      TempComputeName: "builder",
      TempResourceGroupName: "own",
      SubscriptionID: cloud.subscriptionId,
    });
  });

  it("makes no image and no artifact with skip_create_image", async () => {
    await using cloud = await startCloud();
    await expect(build(cloud, { skip_create_image: true })).rejects.toThrow("made no artifact");
    expect(leftovers(cloud)).toEqual([]);
  });

  it("refuses to run a provisioner in the machine where the communicator is none", async () => {
    await using cloud = await startCloud();
    const provisioners = [
      async ({ communicator }: { communicator: Communicator }) => {
        await communicator.start({ command: "true" });
      },
    ];
    await expect(build(cloud, MANAGED_IMAGE, { provisioners })).rejects.toThrow(
      "cannot run a command: the communicator is none",
    );
    expect(leftovers(cloud)).toEqual([]);
  });
});
