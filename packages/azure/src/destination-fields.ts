import { durationField } from "@packerkit/ssh-communicator";
import { z } from "zod";
import { flag, name, region, requiredName, text } from "./fields.ts";

/** The most copies of an image version that a region takes. */
const MAX_REPLICAS = 100;

const targetRegion = z.strictObject({
  name: region().describe("The region."),
  replicas: z
    .int()
    .min(1)
    .max(MAX_REPLICAS)
    .optional()
    .describe("How many copies the region has. Default: 1."),
  disk_encryption_set_id: text().describe("The disk encryption set of the region's copies."),
});

const galleryDestination = z.strictObject({
  subscription: text().describe("The gallery's subscription. Default: `subscription_id`."),
  resource_group: requiredName("group").describe("The gallery's resource group."),
  gallery_name: requiredName("gallery").describe("The gallery."),
  image_name: requiredName("galleryImage").describe("The image definition in the gallery."),
  image_version: requiredName("galleryVersion").describe("The version to make, such as 1.0.0."),
  replication_regions: z
    .array(region())
    .default([])
    .describe("The regions that get a copy, besides the one of the build."),
  target_region: z
    .array(targetRegion)
    .default([])
    .describe("A region that gets a copy; in place of `replication_regions`."),
  storage_account_type: z
    .enum(
      ["Standard_LRS", "Standard_ZRS", "Premium_LRS", "PremiumV2_LRS"],
      "is none of Standard_LRS, Standard_ZRS, Premium_LRS and PremiumV2_LRS",
    )
    .default("Standard_LRS")
    .describe("What the copies are stored on."),
  specialized: flag().describe("Keep users and host keys: the machine is not generalized."),
  use_shallow_replication: flag().describe("Make the version faster, with one copy, for tests."),
});

/** Where images go: a managed image, a gallery, a storage account, or several of them. */
export const destinationFields = {
  managed_image_name: name("image").describe("The managed image to make."),
  managed_image_resource_group_name: name("group").describe(
    "The resource group of the managed image; it must exist.",
  ),
  managed_image_zone_resilient: flag().describe("Keep the managed image in several zones."),
  managed_image_os_disk_snapshot_name: name("snapshot").describe(
    "A snapshot of the system disk to keep beside the managed image.",
  ),
  managed_image_data_disk_snapshot_prefix: name("snapshotPrefix").describe(
    "What the names of snapshots of the data disks begin with, which are kept beside the managed image.",
  ),
  keep_os_disk: flag().describe("Keep the system disk; needs `build_resource_group_name`."),
  shared_image_gallery_destination: galleryDestination
    .optional()
    .describe("The gallery to publish an image version in."),
  shared_image_gallery_timeout: durationField("60m").describe(
    "How long publishing may take, such as 2h.",
  ),
  shared_image_gallery_replica_count: z
    .int()
    .min(1)
    .max(MAX_REPLICAS)
    .optional()
    .describe("How many copies each region has. Default: 1."),
  shared_gallery_image_version_end_of_life_date: z
    .string()
    .refine(
      (date) => !Number.isNaN(Date.parse(date)),
      "is no time; write for instance 2030-01-31T00:00:00Z",
    )
    .optional()
    .describe("When the image version is no longer supported."),
  shared_gallery_image_version_exclude_from_latest: flag().describe(
    "Who asks for the latest version does not get this one.",
  ),
  storage_account: name("storageAccount").describe("The storage account to copy VHDs to."),
  resource_group_name: name("group").describe("The resource group of the storage account."),
  capture_container_name: name("container").describe("The container of the VHDs; it must exist."),
  capture_name_prefix: name("vhdPrefix").describe("What the names of the VHDs begin with."),
  sas_token_duration: durationField("24h").describe(
    "For how long the disks may be read while they are copied to the storage account.",
  ),
  skip_create_image: flag().describe("Build, and make no image."),
};
