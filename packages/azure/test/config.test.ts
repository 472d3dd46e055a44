import { parseConfig } from "@packerkit/plugin-sdk";
import { describe, expect, it } from "vitest";
import { type ArmConfig, configSchema } from "../src/index.ts";

const SECRET = "a-secret-that-must-not-show";
const MINIMAL = {
  subscription_id: "11111111-2222-3333-4444-555555555555",
  tenant_id: "tenant",
  client_id: "client",
  client_secret: SECRET,
  location: "westeurope",
  os_type: "Linux",
  image_publisher: "Canonical",
  image_offer: "ubuntu-24_04-lts",
  image_sku: "server",
  managed_image_name: "web-1",
  managed_image_resource_group_name: "images",
  communicator: "none",
};
const GALLERY = {
  resource_group: "images",
  gallery_name: "gallery",
  image_name: "web",
  image_version: "1.0.0",
};
const NO_SOURCE = { image_publisher: undefined, image_offer: undefined, image_sku: undefined };
const NO_IMAGE = {
  managed_image_name: undefined,
  managed_image_resource_group_name: undefined,
};
const VERSION_ID =
  "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/a/images/b/versions/1.0.0";

const read = (more: object): ArmConfig =>
  parseConfig("arm", configSchema, { ...MINIMAL, ...more }) as ArmConfig;

describe("the settings", () => {
  it("need little", () => {
    expect(read({})).toMatchObject({
      cloud_environment_name: "Public",
      disk_caching_type: "ReadWrite",
      image_version: "latest",
      managed_image_storage_account_type: "Standard_LRS",
      polling_duration_timeout: 900_000,
      ssh_username: "packer",
      vm_size: "Standard_A1",
    });
  });

  it.each([
    ["a gallery", { ...NO_IMAGE, shared_image_gallery_destination: GALLERY }],
    [
      "VHDs",
      {
        ...NO_IMAGE,
        storage_account: "store",
        resource_group_name: "images",
        capture_container_name: "vhds",
      },
    ],
    ["nothing", { ...NO_IMAGE, skip_create_image: true }],
    ["SSH", { communicator: "ssh" }],
    [
      "a managed image as the source",
      {
        ...NO_SOURCE,
        custom_managed_image_name: "base",
        custom_managed_image_resource_group_name: "images",
      },
    ],
    [
      "a gallery's version as the source",
      { ...NO_SOURCE, shared_image_gallery: { id: VERSION_ID } },
    ],
    ["a region by its name for people", { location: "West Europe" }],
    ["blocks of tags", { azure_tag: [{ name: "team", value: "web" }] }],
    ["options that are left out, but empty", { image_url: "", secure_boot_enabled: false }],
    ["what the environment has, to sign in", { client_secret: undefined, tenant_id: undefined }],
    ["the Azure CLI", { client_secret: undefined, use_azure_cli_auth: true }],
  ])("take %s", (_, more) => {
    expect(() => read(more)).not.toThrow();
  });

  it.each([
    ["no region", { location: undefined }, "location: is missing"],
    ["a region that is none", { location: "west-europe!" }, "location: is no region"],
    [
      "a region besides a group",
      { build_resource_group_name: "rg" },
      "location: follows from build_resource_group_name",
    ],
    [
      "two groups",
      { location: undefined, build_resource_group_name: "a", temp_resource_group_name: "b" },
      "temp_resource_group_name: cannot be given together",
    ],
    [
      "a group that would take the image along",
      { temp_resource_group_name: "Images" },
      "temp_resource_group_name: is deleted in the end, with the managed image",
    ],
    ["no source", NO_SOURCE, "image_publisher: is missing; name an image"],
    ["half a source", { image_sku: undefined }, "image_sku: is missing; image_publisher needs it"],
    [
      "two sources",
      { custom_managed_image_name: "a", custom_managed_image_resource_group_name: "b" },
      "custom_managed_image_name: cannot be given together with image_publisher",
    ],
    [
      "a gallery's image in parts",
      { ...NO_SOURCE, shared_image_gallery: { gallery_name: "g" } },
      "shared_image_gallery.subscription: is missing",
    ],
    [
      "a gallery's image twice",
      { ...NO_SOURCE, shared_image_gallery: { id: VERSION_ID, gallery_name: "g" } },
      "shared_image_gallery.gallery_name: cannot be given together with id",
    ],
    [
      "an id that is no version's",
      { ...NO_SOURCE, shared_image_gallery: { id: "/subscriptions/s" } },
      "shared_image_gallery.id: is no image version's id",
    ],
    [
      "a community's image",
      { ...NO_SOURCE, shared_image_gallery: { community_gallery_image_id: "/x" } },
      "shared_image_gallery.community_gallery_image_id: is not supported",
    ],
    [
      "a VHD as the source",
      { image_url: "https://x/y.vhd" },
      "image_url: VHDs as a source are not",
    ],
    ["no destination", NO_IMAGE, "managed_image_name: is missing; name what to make"],
    [
      "half a managed image",
      { managed_image_resource_group_name: undefined },
      "managed_image_resource_group_name: is missing",
    ],
    ["an image's name", { managed_image_name: "web-" }, "managed_image_name: must be 1 to 80"],
    ["a group's name", { temp_resource_group_name: "-x" }, "temp_resource_group_name: must be 1"],
    ["half an account", { storage_account: "store" }, "resource_group_name: is missing"],
    ["an account's name", { storage_account: "No" }, "storage_account: must be 3 to 24"],
    ["a container", { capture_container_name: "a--b" }, "capture_container_name: must be 3 to 63"],
    [
      "a prefix of VHDs without an account",
      { capture_name_prefix: "web" },
      "capture_name_prefix: is for VHDs",
    ],
    [
      "a snapshot's name",
      { managed_image_os_disk_snapshot_name: "a-b" },
      "managed_image_os_disk_snapshot_name: must be 1 to 80",
    ],
    [
      "a snapshot without an image",
      { ...NO_IMAGE, skip_create_image: true, managed_image_os_disk_snapshot_name: "a" },
      "managed_image_os_disk_snapshot_name: is kept beside a managed image",
    ],
    [
      "a disk that is kept in a group that is deleted",
      { keep_os_disk: true },
      "keep_os_disk: needs",
    ],
    [
      "a version",
      { shared_image_gallery_destination: { ...GALLERY, image_version: "1.0" } },
      "shared_image_gallery_destination.image_version: must be three numbers",
    ],
    [
      "a gallery's name",
      { shared_image_gallery_destination: { ...GALLERY, gallery_name: "a-b" } },
      "shared_image_gallery_destination.gallery_name: must be 1 to 80",
    ],
    [
      "regions in two ways",
      {
        shared_image_gallery_destination: {
          ...GALLERY,
          replication_regions: ["eastus"],
          target_region: [{ name: "eastus" }],
        },
      },
      "target_region: cannot be given together with replication_regions",
    ],
    [
      "a managed image of a specialized machine",
      { shared_image_gallery_destination: { ...GALLERY, specialized: true } },
      "shared_image_gallery_destination.specialized: is for galleries only",
    ],
    ["Windows", { os_type: "Windows" }, "os_type: can only be Linux"],
    ["WinRM", { communicator: "winrm" }, "communicator: can be ssh or none"],
    ["a user of WinRM", { winrm_username: "a" }, "winrm_username: Windows and WinRM are not"],
    ["trusted launch", { secure_boot_enabled: true }, "secure_boot_enabled: trusted launch"],
    ["a subnet without a network", { virtual_network_subnet_name: "a" }, "needs virtual_network_n"],
    [
      "a network without its group",
      { virtual_network_name: "net" },
      "virtual_network_resource_group_name: is missing",
    ],
    ["a range", { allowed_inbound_ip_addresses: ["ten/8"] }, "is no address or range"],
    ["a cloud", { cloud_environment_name: "Mars" }, "cloud_environment_name: is none of Public"],
    ["a timeout", { polling_duration_timeout: "soon" }, "polling_duration_timeout: is no duration"],
    ["a secret without a user", { client_id: undefined }, "client_id: is missing; client_secret"],
    ["two ways to sign in", { use_azure_cli_auth: true }, "cannot be given together with client_s"],
    ["an unknown attribute", { managed_image: "x" }, "managed_image: is not an attribute"],
  ])("refuse %s", (_, more, message) => {
    expect(() => read(more)).toThrow(message);
  });

  it("need a subscription, from the template or the environment", () => {
    const error = () => read({ subscription_id: undefined });
    expect(error).toThrow("subscription_id: is missing");
    process.env["AZURE_SUBSCRIPTION_ID"] = MINIMAL.subscription_id;
    try {
      expect(error).not.toThrow();
    } finally {
      delete process.env["AZURE_SUBSCRIPTION_ID"];
    }
  });

  it("never show a secret in an error", () => {
    const error = (() => {
      try {
        return read({ use_azure_cli_auth: true, client_id: undefined });
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(String(error)).toContain("client_secret");
    expect(String(error)).not.toContain(SECRET);
  });
});
