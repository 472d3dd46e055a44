import { describe, expect, it } from "vitest";
import {
  build,
  clientOf,
  GALLERY,
  idOf,
  leftovers,
  MANAGED_IMAGE,
  NO_PLATFORM_IMAGE,
  startCloud,
  VHD,
} from "./cloud.ts";

const DESTINATION = GALLERY.shared_image_gallery_destination;
const gallery = (more: object) => ({
  shared_image_gallery_destination: { ...DESTINATION, ...more },
});

describe.concurrent("bad input", () => {
  it.each([
    ["an unknown region", { ...MANAGED_IMAGE, location: "marseast" }, "has no region marseast"],
    [
      "replication to an unknown region",
      gallery({ replication_regions: ["marseast"] }),
      "an image cannot be copied to marseast; check replication_regions: it can be eastus, ",
    ],
    [
      "replication without the build's region",
      gallery({ replication_regions: [], target_region: [{ name: "eastus" }] }),
      "the region of the build, westeurope, must be among those that get the image; add it to target_region",
    ],
    [
      "a gallery's version that exists",
      gallery({ image_name: "base" }),
      "there is a packerkit_gallery/base/1.0.0 in packerkit-images already; choose another image_version",
    ],
    ["an unknown gallery", gallery({ gallery_name: "none" }), "there is no image none/web in"],
    [
      "a generalized machine for specialized versions",
      gallery({ image_name: "special" }),
      "is for specialized versions; set specialized = true",
    ],
    [
      "a managed image that exists",
      { ...MANAGED_IMAGE, managed_image_name: "golden-1" },
      "there is a golden-1 in packerkit-images already; choose another managed_image_name",
    ],
    [
      "an unknown group of the image",
      { ...MANAGED_IMAGE, managed_image_resource_group_name: "none" },
      "there is no resource group none; check managed_image_resource_group_name",
    ],
    [
      "an unknown group to build in",
      { ...MANAGED_IMAGE, location: undefined, build_resource_group_name: "none" },
      "there is no resource group none; check build_resource_group_name",
    ],
    [
      "a group to make that exists",
      { ...GALLERY, temp_resource_group_name: "packerkit-images" },
      "there is a resource group packerkit-images already; choose another temp_resource_group_name",
    ],
    [
      "an unknown storage account",
      { ...VHD, storage_account: "nothing" },
      "there is no storage account nothing for blobs in packerkit-images",
    ],
    [
      "an unknown container",
      { ...VHD, capture_container_name: "nothing" },
      "has no container nothing; make it, or check capture_container_name",
    ],
    [
      "an unknown managed image as the source",
      {
        ...MANAGED_IMAGE,
        ...NO_PLATFORM_IMAGE,
        custom_managed_image_name: "none",
        custom_managed_image_resource_group_name: "packerkit-images",
      },
      "there is no managed image none in packerkit-images; check custom_managed_image_name",
    ],
    [
      "an unknown gallery's version as the source",
      {
        ...MANAGED_IMAGE,
        ...NO_PLATFORM_IMAGE,
        shared_image_gallery: {
          id: "/subscriptions/{s}/resourceGroups/packerkit-images/providers/Microsoft.Compute/galleries/packerkit_gallery/images/base/versions/9.9.9",
        },
      },
      "there is no packerkit_gallery/base/9.9.9 in packerkit-images; check shared_image_gallery",
    ],
  ])("%s is one clear error, and nothing is asked for", async (_, settings, message) => {
    await using cloud = await startCloud();
    const text = JSON.stringify(settings).replace("{s}", cloud.subscriptionId);
    const missing = Object.entries(settings).filter(([, value]) => value === undefined);
    const more = { ...JSON.parse(text), ...Object.fromEntries(missing) };
    await expect(build(cloud, more)).rejects.toThrow(message);
    expect(cloud.requests.filter(({ operation }) => /Create|Delete/.test(operation))).toEqual([]);
  });

  it("a name that is taken at the last moment is not mistaken for the build's own", async () => {
    await using cloud = await startCloud();
    const provisioners = [async () => void (await build(cloud))];
    await expect(build(cloud, MANAGED_IMAGE, { provisioners })).rejects.toMatchObject({
      cause: { code: "ALREADY_EXISTS" },
    });
    expect(leftovers(cloud)).toEqual(["images web-1"]);
  });

  it("with -force replaces the image that has the name", async () => {
    await using cloud = await startCloud();
    await build(cloud, { ...MANAGED_IMAGE, azure_tags: { build: "1" } });
    await build(
      cloud,
      { ...MANAGED_IMAGE, azure_tags: { build: "2" } },
      { packer: { force: true } },
    );
    const client = await clientOf(cloud);
    const image = await client.findImage(idOf(cloud, "Microsoft.Compute/images/web-1"));
    expect(image?.tags).toEqual({ build: "2" });
    expect(leftovers(cloud)).toEqual(["images web-1"]);
  });

  it("a provisioner that fails takes all with it", async () => {
    await using cloud = await startCloud();
    const provisioners = [
      async () => {
        throw new Error("exit status 3");
      },
    ];
    await expect(build(cloud, MANAGED_IMAGE, { provisioners })).rejects.toThrow(
      '"Provision" failed: exit status 3',
    );
    expect(leftovers(cloud)).toEqual([]);
  });
});
