import { ApiError } from "../../frame/errors.ts";
import { invalidParameter, referenceNotFound } from "../errors.ts";
import { type Body, block, blocks, deep, text } from "../input.ts";
import type { Change, ResourceKind } from "../kind.ts";
import type { Resource } from "../model.ts";
import { keyOf, lastPart, normalizeLocation } from "../names.ts";
import type { Resources } from "../resources.ts";
import { generalizedMachine, requireSame } from "./images.ts";
import { managedDisksOf } from "./machines.ts";

const GALLERY = "Microsoft.Compute/galleries";
const DEFINITION = "Microsoft.Compute/galleries/images";
const VERSION = "Microsoft.Compute/galleries/images/versions";
const MACHINE = "Microsoft.Compute/virtualMachines";
const SOURCES = ["Microsoft.Compute/images", VERSION, MACHINE];

/** Refuses to delete what still holds something. */
function requireEmpty(resources: Resources, resource: Resource): void {
  const inside = resources.all().find(({ id }) => keyOf(id).startsWith(`${keyOf(resource.id)}/`));
  if (inside === undefined) return;
  throw new ApiError(
    409,
    "CannotDeleteResource",
    `Cannot delete resource while nested resources exist. Some existing nested resource IDs include: '${inside.id}'. Please delete all nested resources before deleting this resource.`,
  );
}

const galleries: ResourceKind = {
  type: GALLERY,
  operations: "Galleries",
  checkRemoval: requireEmpty,
};

const definitions: ResourceKind = {
  type: DEFINITION,
  operations: "GalleryImages",
  prepare({ resources, resource, existing }) {
    const { group, names, properties } = resource;
    resources.get({ group, type: GALLERY, names: names.slice(0, 1) });
    for (const field of ["osType", "osState"]) {
      if (text(properties, field) === "") throw invalidParameter(field, "It is required.");
    }
    if (existing === undefined) return;
    requireSame(
      "galleryImage.properties.osType",
      properties["osType"],
      existing.properties["osType"],
    );
  },
  checkRemoval: requireEmpty,
};

function prepareVersion(change: Change): void {
  const { resources, resource, existing } = change;
  const { group, names, properties } = resource;
  const [, , version = ""] = names;
  const definition = resources.get({ group, type: DEFINITION, names: names.slice(0, 2) });
  if (!/^\d+\.\d+\.\d+$/.test(version) || version.split(".").some((n) => Number(n) > 2 ** 31 - 1)) {
    throw invalidParameter(
      "galleryImageVersionName",
      `The gallery image version name '${version}' must follow the format Major.Minor.Patch of whole numbers.`,
    );
  }
  const targetRegions = checkedRegions(resources, resource);
  const source = sourceIdOf(properties);
  if (existing !== undefined) {
    const before = sourceIdOf(existing.properties);
    requireSame("galleryImageVersion.properties.storageProfile.source.id", source, before);
  } else {
    resource.files = filesOf(change, definition, source);
  }
  resource.properties = {
    ...properties,
    publishingProfile: {
      replicaCount: 1,
      excludeFromLatest: false,
      storageAccountType: "Standard_LRS",
      ...block(properties, "publishingProfile"),
      targetRegions,
      publishedDate: existing?.createdAt ?? resource.createdAt,
    },
  };
}

/** The image or the machine that a version is made of. */
function sourceIdOf(properties: Body): string {
  const source = deep(properties, "storageProfile", "source");
  return text(source, "id") || text(source, "virtualMachineId");
}

function checkedRegions(resources: Resources, { location, properties }: Resource): object[] {
  const asked = blocks(block(properties, "publishingProfile"), "targetRegions");
  const regions: Body[] = asked.length === 0 ? [{ name: location }] : asked;
  for (const region of regions) {
    if (resources.options.locations.includes(normalizeLocation(text(region, "name")))) continue;
    throw invalidParameter(
      "galleryImageVersion.properties.publishingProfile.targetRegions",
      `The target region '${text(region, "name")}' is not supported. The supported regions are: ${resources.options.locations.join(", ")}.`,
    );
  }
  if (!regions.some((region) => normalizeLocation(text(region, "name")) === location)) {
    throw invalidParameter(
      "galleryImageVersion.properties.publishingProfile.targetRegions",
      `The publishing profile must contain the home region '${location}' of the image version.`,
    );
  }
  return regions.map((region) => ({
    regionalReplicaCount: 1,
    storageAccountType: "Standard_LRS",
    ...region,
  }));
}

function filesOf(change: Change, definition: Resource, id: string): Resource["files"] {
  const { resources, resource } = change;
  const snapshot = text(deep(resource.properties, "storageProfile", "osDiskImage", "source"), "id");
  const source = resources.find(id === "" ? snapshot : id);
  if (source === undefined) throw referenceNotFound(id === "" ? snapshot : id);
  if (id !== "" && !SOURCES.includes(source.type)) {
    throw invalidParameter("storageProfile.source.id", `'${id}' is not an image.`);
  }
  if (source.type !== MACHINE) return source.files;
  if (definition.properties["osState"] === "Generalized") generalizedMachine(change, id);
  return managedDisksOf(resources, source)[0]?.files ?? source.files;
}

const versions: ResourceKind = {
  type: VERSION,
  operations: "GalleryImageVersions",
  prepare: prepareVersion,
  view(_resources, version, expand) {
    if (expand.toLowerCase() !== "replicationstatus") return {};
    const isDone = version.state === "Succeeded";
    const regions = blocks(block(version.properties, "publishingProfile"), "targetRegions");
    return {
      replicationStatus: {
        aggregatedState: isDone ? "Completed" : "InProgress",
        summary: regions.map((region) => ({
          region: text(region, "name"),
          state: isDone ? "Completed" : "Replicating",
          details: `version ${lastPart(version.id)}`,
          progress: isDone ? 100 : 50,
        })),
      },
    };
  },
};

/** Galleries of `Microsoft.Compute`, with their images and those images' versions. */
export const galleryKinds: readonly ResourceKind[] = [galleries, definitions, versions];
