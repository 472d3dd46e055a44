import { collectImages } from "@packerkit/registry-image";
import { describe, expect, it } from "vitest";
import { build, GALLERY, idOf, leftovers, MANAGED_IMAGE, startCloud, VHD } from "./cloud.ts";

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
});
