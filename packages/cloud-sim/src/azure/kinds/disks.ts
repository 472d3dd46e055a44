import { randomUUID } from "node:crypto";
import { invalidParameter, notAllowed } from "../errors.ts";
import { block, blocks, text } from "../input.ts";
import type { Change, ResourceKind } from "../kind.ts";
import type { Resource } from "../model.ts";
import { keyOf, lastPart } from "../names.ts";
import { findPlatformImage } from "../platform-images.ts";
import type { Resources } from "../resources.ts";

const DISK = "Microsoft.Compute/disks";
const SNAPSHOT = "Microsoft.Compute/snapshots";
const MACHINE = "Microsoft.Compute/virtualMachines";

/** What disks and snapshots can be copied from. */
const COPYABLE = [DISK, SNAPSHOT];

/** The machine that a disk is attached to. */
export function machineWith(resources: Resources, disk: Resource): Resource | undefined {
  return resources.all(MACHINE).find((machine) => diskIdsOf(machine).includes(keyOf(disk.id)));
}

/** The keys of the ids of a machine's managed disks, that of its operating system first. */
export function diskIdsOf({ properties }: Resource): string[] {
  const profile = block(properties, "storageProfile");
  return [block(profile, "osDisk"), ...blocks(profile, "dataDisks")]
    .map((disk) => keyOf(text(block(disk, "managedDisk"), "id")))
    .filter((id) => id !== "");
}

function prepareDisk({ resources, resource, existing }: Change): void {
  const creation = block(resource.properties, "creationData");
  const option = text(creation, "createOption");
  if (option === "") {
    throw invalidParameter("creationData.createOption", "It is required.");
  }
  const source = sourceOf(resources, resource, option);
  const asked = Number(resource.properties["diskSizeGB"] ?? 0);
  const size = asked || Number(existing?.properties["diskSizeGB"] ?? source?.diskSizeGb ?? 0);
  if (size === 0) throw invalidParameter("diskSizeGB", "It is required for an empty disk.");
  resource.files = existing?.files ?? source?.files ?? [];
  resource.properties = {
    ...resource.properties,
    diskSizeGB: size,
    ...(source?.osType === undefined ? {} : { osType: source.osType }),
    uniqueId: existing?.properties["uniqueId"] ?? randomUUID(),
    timeCreated: resource.createdAt,
  };
}

/** What a disk's content comes from. */
function sourceOf(resources: Resources, { properties }: Resource, option: string) {
  const creation = block(properties, "creationData");
  if (option === "Empty") return undefined;
  if (option === "FromImage") {
    const image = findPlatformImage(resources, text(block(creation, "imageReference"), "id"));
    const { osType = "Linux", diskSizeGb = 30 } = image.platform;
    return { files: image.files, osType, diskSizeGb };
  }
  if (option === "Copy" || option === "CopyStart") {
    const source = COPYABLE.map((type) => ({ type, id: text(creation, "sourceResourceId") }))
      .filter(({ type, id }) => resources.find(id)?.type === type)
      .map(({ id }) => resources.find(id) as Resource)[0];
    if (source === undefined) {
      resources.referred(text(creation, "sourceResourceId"), DISK);
      return undefined;
    }
    const { osType, diskSizeGB } = source.properties;
    return { files: source.files, osType, diskSizeGb: diskSizeGB };
  }
  if (option === "Import" && text(creation, "sourceUri") !== "") {
    return { files: [], osType: text(properties, "osType") || undefined, diskSizeGb: 30 };
  }
  throw invalidParameter("creationData.createOption", `'${option}' is not supported.`);
}

const disks: ResourceKind = {
  type: DISK,
  operations: "Disks",
  prepare: prepareDisk,
  checkRemoval(resources, disk) {
    if (disk.access !== undefined) {
      throw notAllowed(
        `Disk '${lastPart(disk.id)}' has an active shared access signature. Please revoke it first.`,
      );
    }
    const machine = machineWith(resources, disk);
    if (machine === undefined) return;
    throw notAllowed(
      `Disk '${lastPart(disk.id)}' is attached to VM '${machine.id}'. Please detach the disk before deleting it.`,
    );
  },
  view: (resources, disk) => ({
    diskState:
      disk.access !== undefined
        ? "ActiveSAS"
        : machineWith(resources, disk) === undefined
          ? "Unattached"
          : "Attached",
  }),
  fields(resources, disk) {
    const machine = machineWith(resources, disk);
    return machine === undefined ? {} : { managedBy: machine.id };
  },
};

const snapshots: ResourceKind = {
  type: SNAPSHOT,
  operations: "Snapshots",
  prepare: prepareDisk,
  view: () => ({ diskState: "Unattached" }),
};

/** Disks and snapshots of `Microsoft.Compute`. */
export const diskKinds: readonly ResourceKind[] = [disks, snapshots];
