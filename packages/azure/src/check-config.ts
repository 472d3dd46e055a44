import { checkSshSettings } from "@packerkit/ssh-communicator";
import { checkAccess } from "./access.ts";
import type { ArmConfig } from "./config.ts";
import { environmentOf } from "./environment.ts";
import { AzureError } from "./errors.ts";
import { refuseLeftOut } from "./left-out.ts";
import { parseResourceId } from "./resource-id.ts";

type Refuse = (attribute: string, message: string) => void;

/** Says what is wrong with the settings taken together, by attribute. It asks the cloud nothing. */
export function checkConfig(config: ArmConfig, refuse: Refuse): void {
  refuseLeftOut(config, refuse);
  checkAccess(config, refuse);
  checkSource(config, refuse);
  checkPlace(config, refuse);
  checkMachine(config, refuse);
  checkDestinations(config, refuse);
  checkGallery(config, refuse);
  checkNetwork(config, refuse);
  if (config.communicator === "ssh") checkSshSettings(config, refuse);
}

const PLATFORM = ["image_publisher", "image_offer", "image_sku"] as const;
const CUSTOM = ["custom_managed_image_name", "custom_managed_image_resource_group_name"] as const;

function checkSource(config: ArmConfig, refuse: Refuse): void {
  const platform = PLATFORM.filter((name) => config[name] !== undefined);
  const custom = CUSTOM.filter((name) => config[name] !== undefined);
  const sources = [platform[0], custom[0], config.shared_image_gallery && "shared_image_gallery"];
  const [first, second] = sources.filter((name) => name !== undefined);
  if (first === undefined) {
    refuse(
      "image_publisher",
      "is missing; name an image with image_publisher, image_offer and image_sku, with custom_managed_image_name, or with shared_image_gallery",
    );
  } else if (second !== undefined) {
    refuse(second, `cannot be given together with ${first}; keep one source`);
  }
  for (const [given, names] of [
    [platform, PLATFORM],
    [custom, CUSTOM],
  ] as const) {
    if (given.length === 0) continue;
    const missing = names.filter((name) => config[name] === undefined);
    for (const name of missing) refuse(name, `is missing; ${given[0]} needs it`);
  }
  checkSourceGallery(config, refuse);
}

function checkSourceGallery({ shared_image_gallery: gallery }: ArmConfig, refuse: Refuse): void {
  if (gallery === undefined) return;
  for (const name of ["community_gallery_image_id", "direct_shared_gallery_image_id"] as const) {
    if (gallery[name] !== undefined) {
      refuse(
        `shared_image_gallery.${name}`,
        "is not supported; use an image of a gallery of yours",
      );
    }
  }
  const parts = ["subscription", "resource_group", "gallery_name", "image_name"] as const;
  if (gallery.id === undefined) {
    for (const name of parts) {
      if (gallery[name] === undefined) refuse(`shared_image_gallery.${name}`, "is missing");
    }
    return;
  }
  for (const name of [...parts, "image_version"] as const) {
    if (gallery[name] !== undefined) {
      refuse(`shared_image_gallery.${name}`, "cannot be given together with id; keep one of them");
    }
  }
  if (!isVersionId(gallery.id)) {
    refuse(
      "shared_image_gallery.id",
      "is no image version's id: /subscriptions/…/resourceGroups/…/providers/Microsoft.Compute/galleries/…/images/…/versions/…",
    );
  }
}

function isVersionId(id: string): boolean {
  try {
    return parseResourceId(id).type.toLowerCase() === "microsoft.compute/galleries/images/versions";
  } catch (error) {
    if (error instanceof AzureError) return false;
    throw error;
  }
}

function checkPlace(config: ArmConfig, refuse: Refuse): void {
  const { build_resource_group_name: group, location, metadata_host: host } = config;
  if (location === undefined && group === undefined) {
    refuse("location", "is missing; name a region, or a build_resource_group_name");
  }
  if (location !== undefined && group !== undefined) {
    refuse("location", "follows from build_resource_group_name; keep one of them");
  }
  if (group !== undefined && config.temp_resource_group_name !== undefined) {
    refuse(
      "temp_resource_group_name",
      "cannot be given together with build_resource_group_name; keep one of them",
    );
  }
  if (host === undefined && environmentOf(config.cloud_environment_name) === undefined) {
    refuse("cloud_environment_name", "is none of Public, China and USGovernment");
  }
}

function checkMachine(config: ArmConfig, refuse: Refuse): void {
  if (config.os_type.toLowerCase() !== "linux") {
    refuse("os_type", "can only be Linux: Windows is not supported");
  }
  for (const name of ["custom_data", "user_data"] as const) {
    if (config[name] !== undefined && config[`${name}_file`] !== undefined) {
      refuse(`${name}_file`, `cannot be given together with ${name}; keep one of them`);
    }
  }
  const plan = config.plan_info;
  for (const name of ["plan_name", "plan_product", "plan_publisher"] as const) {
    if (plan !== undefined && plan[name] === undefined) refuse(`plan_info.${name}`, "is missing");
  }
  const tags = Object.keys(config.azure_tags).length + config.azure_tag.length;
  if (tags > 50) refuse("azure_tags", `are ${tags}, with azure_tag; the most are 50`);
}

function checkDestinations(config: ArmConfig, refuse: Refuse): void {
  const { managed_image_name: image, managed_image_resource_group_name: group } = config;
  const { storage_account: account, shared_image_gallery_destination: gallery } = config;
  const isAny = image !== undefined || account !== undefined || gallery !== undefined;
  if (!isAny && !config.skip_create_image) {
    refuse(
      "managed_image_name",
      "is missing; name what to make: a managed image, a shared_image_gallery_destination, or VHDs in a storage_account",
    );
  }
  requireTogether(config, ["managed_image_name", "managed_image_resource_group_name"], refuse);
  requireTogether(
    config,
    ["storage_account", "resource_group_name", "capture_container_name"],
    refuse,
  );
  if (config.capture_name_prefix !== undefined && account === undefined) {
    refuse("capture_name_prefix", "is for VHDs; give storage_account too");
  }
  const temporary = config.temp_resource_group_name?.toLowerCase();
  if (group !== undefined && group.toLowerCase() === temporary) {
    refuse(
      "temp_resource_group_name",
      "is deleted in the end, with the managed image; name another one",
    );
  }
  for (const name of [
    "managed_image_os_disk_snapshot_name",
    "managed_image_data_disk_snapshot_prefix",
  ] as const) {
    if (config[name] !== undefined && image === undefined) {
      refuse(name, "is kept beside a managed image; give managed_image_name too");
    }
  }
  if (config.keep_os_disk && config.build_resource_group_name === undefined) {
    refuse("keep_os_disk", "needs build_resource_group_name: the group that is made is deleted");
  }
  if (config.keep_os_disk && image === undefined) {
    refuse("keep_os_disk", "goes with a managed image; give managed_image_name too");
  }
}

function requireTogether(
  config: ArmConfig,
  names: readonly (keyof ArmConfig)[],
  refuse: Refuse,
): void {
  const given = names.filter((name) => config[name] !== undefined);
  if (given.length === 0) return;
  for (const name of names) {
    if (config[name] === undefined) refuse(name, `is missing; ${given[0]} needs it`);
  }
}

function checkGallery(config: ArmConfig, refuse: Refuse): void {
  const gallery = config.shared_image_gallery_destination;
  if (gallery === undefined) return;
  const { replication_regions: regions, target_region: targets } = gallery;
  const at = (name: string) => `shared_image_gallery_destination.${name}`;
  if (regions.length > 0 && targets.length > 0) {
    refuse(at("target_region"), "cannot be given together with replication_regions; keep one");
  }
  const replicas = config.shared_image_gallery_replica_count;
  if (targets.length > 0 && replicas !== undefined) {
    refuse(
      "shared_image_gallery_replica_count",
      "cannot be given together with target_region; name the replicas there",
    );
  }
  if (gallery.use_shallow_replication && (regions.length > 1 || targets.length > 1)) {
    refuse(at("use_shallow_replication"), "takes one region only; name the one of the build");
  }
  if (gallery.use_shallow_replication && (replicas ?? 1) > 1) {
    refuse("shared_image_gallery_replica_count", "can only be 1 with use_shallow_replication");
  }
  const isGeneralized = config.managed_image_name !== undefined || config.storage_account;
  if (gallery.specialized && isGeneralized) {
    refuse(
      at("specialized"),
      "is for galleries only: managed images and VHDs are made of machines that are generalized",
    );
  }
}

function checkNetwork(config: ArmConfig, refuse: Refuse): void {
  if (config.virtual_network_name !== undefined) {
    if (config.virtual_network_resource_group_name === undefined) {
      refuse("virtual_network_resource_group_name", "is missing; name the network's group");
    }
    if (config.public_ip_sku !== undefined && !config.private_virtual_network_with_public_ip) {
      refuse("public_ip_sku", "is of no use in virtual_network_name; leave it out");
    }
    if (config.allowed_inbound_ip_addresses.length > 0) {
      refuse(
        "allowed_inbound_ip_addresses",
        "is for a network that is made; virtual_network_name has its own rules",
      );
    }
    return;
  }
  for (const name of [
    "virtual_network_resource_group_name",
    "virtual_network_subnet_name",
  ] as const) {
    if (config[name] !== undefined) refuse(name, "needs virtual_network_name");
  }
  if (config.private_virtual_network_with_public_ip) {
    refuse("private_virtual_network_with_public_ip", "needs virtual_network_name");
  }
}
