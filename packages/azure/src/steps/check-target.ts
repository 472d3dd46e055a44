import type { Step, Ui } from "@packerkit/plugin-sdk";
import type { BuildState } from "../build-state.ts";
import { AzureError } from "../errors.ts";
import type { Made } from "../made.ts";
import { normalizeRegion } from "../names.ts";
import { regionsOf } from "../regions.ts";
import { formatResourceId, parseResourceId } from "../resource-id.ts";

/** Checks, before anything is made, that all that the build is for can be made. */
export function checkTarget(ui: Ui, isForced: boolean): Step<BuildState> {
  return {
    name: "Check what is to be made",
    async run(state, signal) {
      ui.say("Checking what is to be made");
      await checkGroup(state, signal);
      if (state.config.skip_create_image) return await checkRegions(state, signal);
      await Promise.all([
        checkRegions(state, signal),
        checkManagedImage(state, isForced, signal),
        checkAccount(state, signal),
        checkGallery(state, isForced, signal),
      ]);
    },
  };
}

/** A group to build in must be there; one to make must not. */
async function checkGroup(state: BuildState, signal: AbortSignal): Promise<void> {
  const { client, group } = state;
  const found = await client.findGroup(group.name, signal);
  if (group.isTemporary && found !== undefined) {
    throw new AzureError(
      "ALREADY_EXISTS",
      `there is a resource group ${group.name} already; choose another temp_resource_group_name, or build in it with build_resource_group_name`,
    );
  }
  if (group.isTemporary) return;
  if (found === undefined) throw missingGroup(group.name, "build_resource_group_name");
  state.location = found.location;
}

async function checkRegions(state: BuildState, signal: AbortSignal): Promise<void> {
  const { client, config, location } = state;
  const known = await client.regions(signal);
  // A cloud that names none is not asked any further.
  const isUnknown = (region: string) => known.size > 0 && !known.has(normalizeRegion(region));
  const all = [...known].toSorted().join(", ");
  if (isUnknown(location)) {
    throw new AzureError(
      "UNKNOWN_REGION",
      `the subscription has no region ${location}; check location: it can be ${all}`,
    );
  }
  const gallery = config.shared_image_gallery_destination;
  if (gallery === undefined) return;
  const targets = regionsOf(config, location).map(({ name }) => name);
  const unknown = targets.filter(isUnknown);
  const setting = gallery.target_region.length > 0 ? "target_region" : "replication_regions";
  if (unknown.length > 0) {
    throw new AzureError(
      "UNKNOWN_REGION",
      `an image cannot be copied to ${unknown.join(", ")}; check ${setting}: it can be ${all}`,
    );
  }
  if (!targets.includes(normalizeRegion(location))) {
    throw new AzureError(
      "UNKNOWN_REGION",
      `the region of the build, ${location}, must be among those that get the image; add it to ${setting}`,
    );
  }
}

async function checkManagedImage(
  { client, config, image, snapshots }: BuildState,
  isForced: boolean,
  signal: AbortSignal,
): Promise<void> {
  if (image === undefined) return;
  const { managed_image_resource_group_name: group = "" } = config;
  if ((await client.findGroup(group, signal)) === undefined) {
    throw missingGroup(group, "managed_image_resource_group_name");
  }
  if (isForced) return;
  if ((await client.findImage(image.id, signal)) !== undefined) {
    throw taken(image, "managed_image_name");
  }
  for (const { snapshot } of snapshots) {
    if ((await client.findResource(snapshot.id, signal)) === undefined) continue;
    throw taken(
      snapshot,
      "managed_image_os_disk_snapshot_name or managed_image_data_disk_snapshot_prefix",
    );
  }
}

async function checkAccount(state: BuildState, signal: AbortSignal): Promise<void> {
  const { client, config } = state;
  const { storage_account: name, resource_group_name: group = "" } = config;
  if (name === undefined) return;
  const type = "Microsoft.Storage/storageAccounts";
  const found = await client.findResource(client.idOf({ group, type, names: [name] }), signal);
  const endpoints = found?.properties?.["primaryEndpoints"] as { blob?: string } | undefined;
  if (endpoints?.blob === undefined) {
    throw new AzureError(
      "NOT_FOUND",
      `there is no storage account ${name} for blobs in ${group}; check storage_account and resource_group_name`,
    );
  }
  const blobEndpoint = endpoints.blob.replace(/\/*$/, "/");
  state.account = { blobEndpoint, location: found?.location ?? "" };
  const container = config.capture_container_name ?? "";
  if (await client.blobs.hasContainer(blobEndpoint + container, signal)) return;
  throw new AzureError(
    "NOT_FOUND",
    `the storage account ${name} has no container ${container}; make it, or check capture_container_name`,
  );
}

async function checkGallery(
  { client, config, version }: BuildState,
  isForced: boolean,
  signal: AbortSignal,
): Promise<void> {
  const gallery = config.shared_image_gallery_destination;
  if (version === undefined || gallery === undefined) return;
  const { subscription, group, names } = parseResourceId(version.id);
  const definition = names.slice(0, 2);
  const type = "Microsoft.Compute/galleries/images";
  const id = formatResourceId({ subscription, group, type, names: definition });
  const image = await client.findGalleryImage(id, signal);
  if (image === undefined) {
    throw new AzureError(
      "NOT_FOUND",
      `there is no image ${definition.join("/")} in ${group}; define it first, or check shared_image_gallery_destination`,
    );
  }
  const isSpecialized = image.osState === "Specialized";
  if (isSpecialized !== gallery.specialized) {
    throw new AzureError(
      "IMAGE_UNSUITABLE",
      `the image ${definition.join("/")} is for ${image.osState?.toLowerCase()} versions; set specialized = ${isSpecialized} in shared_image_gallery_destination`,
    );
  }
  if (isForced || (await client.findGalleryVersion(version.id, signal)) === undefined) return;
  throw taken(version, "image_version");
}

function missingGroup(group: string, setting: string): AzureError {
  return new AzureError("NOT_FOUND", `there is no resource group ${group}; check ${setting}`);
}

/** The error for a thing whose name another has. */
export function taken({ id }: Made, setting: string): AzureError {
  const { group, names } = parseResourceId(id);
  return new AzureError(
    "ALREADY_EXISTS",
    `there is a ${names.join("/")} in ${group} already; choose another ${setting}, or replace it with -force`,
  );
}
