import { ApiError } from "../../frame/errors.ts";
import { invalidParameter, notAllowed, referenceNotFound } from "../errors.ts";
import { type Body, block, blocks, deep, text } from "../input.ts";
import type { Change, ResourceKind } from "../kind.ts";
import type { Resource } from "../model.ts";
import { keyOf, lastPart } from "../names.ts";
import { managedDisksOf } from "./machines.ts";

const MACHINE = "Microsoft.Compute/virtualMachines";
const DISKS = ["Microsoft.Compute/disks", "Microsoft.Compute/snapshots"];

/** Refuses to make another thing of what is there. */
export function requireSame(property: string, asked: unknown, existing: unknown): void {
  if (keyOf(String(asked ?? "")) === keyOf(String(existing ?? ""))) return;
  throw new ApiError(
    409,
    "PropertyChangeNotAllowed",
    `Changing property '${property}' is not allowed.`,
  );
}

/** A machine that an image is made of: it must be generalized. */
export function generalizedMachine({ resources, resource }: Change, id: string): Resource {
  const machine = resources.referred(id, MACHINE);
  if (machine.location !== resource.location) {
    throw invalidParameter(
      "sourceVirtualMachine",
      `The source virtual machine must be in '${resource.location}'.`,
    );
  }
  if (machine.machine?.isGeneralized) return machine;
  throw notAllowed(
    `Cannot create an image of VM '${lastPart(id)}': it is not generalized. Deallocate and generalize it first.`,
  );
}

function prepare(change: Change): void {
  const { resource, existing } = change;
  const source = text(block(resource.properties, "sourceVirtualMachine"), "id");
  if (existing !== undefined) {
    const before = text(block(existing.properties, "sourceVirtualMachine"), "id");
    requireSame("sourceVirtualMachine.id", source, before);
    resource.properties = { ...existing.properties };
    return;
  }
  const profile = source === "" ? ofDisk(change) : ofMachine(change, source);
  resource.properties = {
    hyperVGeneration: "V1",
    ...resource.properties,
    storageProfile: { zoneResilient: false, ...profile },
  };
}

function ofMachine(change: Change, id: string): object {
  const machine = generalizedMachine(change, id);
  const [osDisk, ...dataDisks] = managedDisksOf(change.resources, machine);
  if (osDisk === undefined) throw notAllowed(`VM '${lastPart(id)}' has no managed disk.`);
  change.resource.files = osDisk.files;
  const { zoneResilient } = block(change.resource.properties, "storageProfile");
  return {
    ...(zoneResilient === undefined ? {} : { zoneResilient }),
    osDisk: { ...diskView(osDisk), osType: osDisk.properties["osType"], osState: "Generalized" },
    dataDisks: dataDisks.map((disk, lun) => ({ lun, ...diskView(disk) })),
  };
}

function diskView({ id, properties, fields }: Resource): object {
  return {
    managedDisk: { id },
    diskSizeGB: properties["diskSizeGB"],
    caching: "ReadWrite",
    storageAccountType: text(block(fields, "sku"), "name") || "Standard_LRS",
  };
}

function ofDisk(change: Change): Body {
  const { resources, resource } = change;
  const profile = block(resource.properties, "storageProfile");
  const osDisk = block(profile, "osDisk");
  const id = text(deep(osDisk, "managedDisk"), "id") || text(deep(osDisk, "snapshot"), "id");
  if (id === "" && text(osDisk, "blobUri") === "") {
    throw invalidParameter(
      "storageProfile",
      "An image needs a sourceVirtualMachine, or an osDisk with a managedDisk, a snapshot or a blobUri.",
    );
  }
  const source = resources.find(id);
  if (id !== "" && !DISKS.includes(source?.type ?? "")) throw referenceNotFound(id);
  resource.files = source?.files ?? [];
  const diskSizeGB = osDisk["diskSizeGB"] ?? source?.properties["diskSizeGB"] ?? 30;
  return {
    ...profile,
    osDisk: { storageAccountType: "Standard_LRS", ...osDisk, diskSizeGB },
    dataDisks: blocks(profile, "dataDisks"),
  };
}

/** Managed images of `Microsoft.Compute`. */
export const imageKinds: readonly ResourceKind[] = [
  { type: "Microsoft.Compute/images", operations: "Images", prepare },
];
