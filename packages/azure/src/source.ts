import type { AzureClient } from "./client.ts";
import type { ArmConfig } from "./config.ts";
import { AzureError } from "./errors.ts";
import { formatResourceId, parseResourceId } from "./resource-id.ts";

/** An image to start from. */
export interface Source {
  /** What the registry is told. */
  name: string;
  /** What the machine's request says. */
  reference: { id: string } | { publisher: string; offer: string; sku: string; version: string };
  /** Whether it has its users already, so that none are made. */
  isSpecialized: boolean;
  /** The places of the disks that come with it. */
  diskPlaces: readonly number[];
}

/**
 * Finds the image that the settings name.
 *
 * Source of the names: packer-plugin-azure 2.6, `builder/azure/arm/step_get_source_image_name.go`.
 *
 * @throws {AzureError} `NOT_FOUND`
 */
export async function findSource(
  client: AzureClient,
  config: ArmConfig,
  location: string,
  signal: AbortSignal,
): Promise<Source> {
  if (config.custom_managed_image_name !== undefined) {
    return await findManagedImage(client, config, signal);
  }
  if (config.shared_image_gallery !== undefined) {
    return await findInGallery(client, galleryIdOf(config.shared_image_gallery), signal);
  }
  const { image_publisher = "", image_offer = "", image_sku = "", image_version } = config;
  const places = `locations/${location}/publishers/${image_publisher}/ArtifactTypes/vmimage`;
  return {
    name: `/subscriptions/${client.subscription}/providers/Microsoft.Compute/${places}/offers/${image_offer}/skus/${image_sku}/versions/${image_version}`,
    reference: {
      publisher: image_publisher,
      offer: image_offer,
      sku: image_sku,
      version: image_version,
    },
    isSpecialized: false,
    diskPlaces: [],
  };
}

async function findManagedImage(
  client: AzureClient,
  config: ArmConfig,
  signal: AbortSignal,
): Promise<Source> {
  const { custom_managed_image_name: name = "" } = config;
  const { custom_managed_image_resource_group_name: group = "" } = config;
  const id = client.idOf({ group, type: "Microsoft.Compute/images", names: [name] });
  const image = await client.findImage(id, signal);
  if (image === undefined) {
    throw new AzureError(
      "NOT_FOUND",
      `there is no managed image ${name} in ${group}; check custom_managed_image_name and custom_managed_image_resource_group_name`,
    );
  }
  return {
    name: image.id ?? id,
    reference: { id },
    isSpecialized: false,
    diskPlaces: (image.storageProfile?.dataDisks ?? []).map(({ lun }) => lun),
  };
}

function galleryIdOf(gallery: NonNullable<ArmConfig["shared_image_gallery"]>): string {
  if (gallery.id !== undefined) return gallery.id;
  const { gallery_name = "", image_name = "", image_version: version } = gallery;
  const names = [gallery_name, image_name];
  return formatResourceId({
    subscription: gallery.subscription ?? "",
    group: gallery.resource_group ?? "",
    type: `Microsoft.Compute/galleries/images${version === undefined ? "" : "/versions"}`,
    names: version === undefined ? names : [...names, version],
  });
}

async function findInGallery(
  client: AzureClient,
  id: string,
  signal: AbortSignal,
): Promise<Source> {
  const { names, subscription, group } = parseResourceId(id);
  const [gallery = "", image = "", version] = names;
  const type = "Microsoft.Compute/galleries/images";
  const definitionId = formatResourceId({ subscription, group, type, names: [gallery, image] });
  const definition = await client.findGalleryImage(definitionId, signal);
  const found = version === undefined ? undefined : await client.findGalleryVersion(id, signal);
  if (definition === undefined || (version !== undefined && found === undefined)) {
    throw new AzureError(
      "NOT_FOUND",
      `there is no ${names.join("/")} in ${group}; check shared_image_gallery`,
    );
  }
  const parent =
    found?.storageProfile?.source?.id ?? found?.storageProfile?.source?.virtualMachineId;
  const isManagedImage = /\/providers\/Microsoft\.Compute\/images\/[^/]+$/i.test(parent ?? "");
  return {
    // The managed image that a version was made of is what its build told the registry.
    name: isManagedImage ? (parent ?? "") : (found?.id ?? definition.id ?? id),
    reference: { id },
    isSpecialized: definition.osState === "Specialized",
    diskPlaces: (found?.storageProfile?.dataDiskImages ?? []).map(({ lun }) => lun),
  };
}
