import { ApiError } from "../frame/errors.ts";
import { type Snapshot, snapshotOfFiles } from "../machine/snapshot.ts";
import { resourceNotFound } from "./errors.ts";
import { type Body, text } from "./input.ts";
import type { AzurePlatformImage, Resource } from "./model.ts";
import { normalizeLocation } from "./names.ts";
import type { Resources } from "./resources.ts";

/** What a machine can be started from. */
export interface FoundImage {
  files: Snapshot;
  osType: string;
  diskSizeGb: number;
  /** `Specialized` where its machines have no user of their own. */
  osState: string;
}

const IMAGE = "Microsoft.Compute/images";
const DEFINITION = "Microsoft.Compute/galleries/images";
const VERSION = "Microsoft.Compute/galleries/images/versions";
const PLATFORM_ID =
  /\/locations\/([^/]+)\/publishers\/([^/]+)\/artifacttypes\/vmimage\/offers\/([^/]+)\/skus\/([^/]+)\/versions\/([^/]+)$/i;

/** An image of the marketplace by its id. */
export function findPlatformImage(resources: Resources, id: string) {
  const [, , publisher = "", offer = "", sku = "", version = ""] = PLATFORM_ID.exec(id) ?? [];
  const platform = platformImage(resources, { publisher, offer, sku, version });
  return { platform, files: snapshotOfFiles(platform.files ?? {}) };
}

/** An image of the marketplace; the version may be `latest`. */
function platformImage(
  { options }: Resources,
  wanted: { publisher: string; offer: string; sku: string; version: string },
): AzurePlatformImage {
  const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
  const found = options.platformImages
    .filter(
      ({ publisher, offer, sku }) =>
        same(publisher, wanted.publisher) && same(offer, wanted.offer) && same(sku, wanted.sku),
    )
    .filter(({ version }) => wanted.version === "latest" || version === wanted.version)
    .sort((one, other) => compareVersions(one.version, other.version))
    .at(-1);
  if (found !== undefined) return found;
  throw new ApiError(
    404,
    "PlatformImageNotFound",
    `The platform image '${wanted.publisher}:${wanted.offer}:${wanted.sku}:${wanted.version}' is not available. Verify that all fields in the storage profile are correct. For more details about storage profile information, please refer to https://aka.ms/storageprofile`,
  );
}

/** Compares versions by their numbers. */
export function compareVersions(one: string, other: string): number {
  return one.localeCompare(other, "en", { numeric: true });
}

/** What an image reference of a machine means. */
export function findImage(resources: Resources, reference: Body, location: string): FoundImage {
  const id = text(reference, "id");
  if (id === "") {
    const [publisher, offer, sku, version] = ["publisher", "offer", "sku", "version"].map((field) =>
      text(reference, field),
    ) as [string, string, string, string];
    const platform = platformImage(resources, { publisher, offer, sku, version });
    const { files = {}, osType = "Linux", diskSizeGb = 30 } = platform;
    return { files: snapshotOfFiles(files), osType, diskSizeGb, osState: "Generalized" };
  }
  const found = resources.find(id);
  if (found?.type === IMAGE) return ofManagedImage(found);
  if (found?.type === VERSION) return ofVersion(resources, found, location);
  if (found?.type === DEFINITION) return ofVersion(resources, newest(resources, found), location);
  if (/\/versions\/latest$/i.test(id)) {
    const definition = resources.find(id.replace(/\/versions\/latest$/i, ""));
    if (definition !== undefined) {
      return ofVersion(resources, newest(resources, definition), location);
    }
  }
  throw new ApiError(
    404,
    /\/galleries\//i.test(id) ? "GalleryImageNotFound" : "NotFound",
    `The image '${id}' was not found. Verify that it exists and that the caller has permission to read it.`,
  );
}

function ofManagedImage({ files, properties }: Resource): FoundImage {
  const profile = properties["storageProfile"] as { osDisk: Record<string, unknown> };
  const { osType = "Linux", diskSizeGB = 30, osState = "Generalized" } = profile.osDisk;
  return {
    files,
    osType: String(osType),
    diskSizeGb: Number(diskSizeGB),
    osState: String(osState),
  };
}

function newest(resources: Resources, definition: Resource): Resource {
  const versions = resources
    .all(VERSION)
    .filter(({ id, state }) => id.startsWith(`${definition.id}/`) && state === "Succeeded")
    .sort((one, other) => compareVersions(one.names[2] ?? "", other.names[2] ?? ""));
  const last = versions.at(-1);
  if (last !== undefined) return last;
  throw resourceNotFound(VERSION, `${definition.names.join("/")}/latest`, definition.group);
}

function ofVersion(resources: Resources, version: Resource, location: string): FoundImage {
  const { group, names, files, properties } = version;
  const profile = properties["publishingProfile"] as { targetRegions?: { name: string }[] };
  const isHere = profile?.targetRegions?.some(({ name }) => normalizeLocation(name) === location);
  if (!isHere) {
    throw new ApiError(
      404,
      "GalleryImageNotFound",
      `The gallery image ${version.id} is not available in ${location} region. Please contact image owner to replicate to this region, or change your requested region.`,
    );
  }
  const definition = resources.get({ group, type: DEFINITION, names: names.slice(0, 2) });
  const { osType = "Linux", osState = "Generalized" } = definition.properties;
  return { files, osType: String(osType), diskSizeGb: 30, osState: String(osState) };
}
