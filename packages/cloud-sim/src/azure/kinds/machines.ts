import { randomUUID } from "node:crypto";
import { LazyMachine } from "../../machine/lazy-machine.ts";
import { invalidParameter, notAllowed, referenceNotFound } from "../errors.ts";
import { type Body, block, blocks, deep, text } from "../input.ts";
import type { Change, ResourceKind } from "../kind.ts";
import { MACHINE_SIZES, type Resource } from "../model.ts";
import { keyOf, lastPart } from "../names.ts";
import { type FoundImage, findImage } from "../platform-images.ts";
import type { Resources } from "../resources.ts";
import { putBlobAt } from "../storage.ts";
import { diskIdsOf, machineWith } from "./disks.ts";
import { machineOf } from "./network.ts";

const DISK = "Microsoft.Compute/disks";
const INTERFACE = "Microsoft.Network/networkInterfaces";
const ADDRESS = "Microsoft.Network/publicIPAddresses";

function prepare({ resources, resource, existing }: Change): void {
  const { properties } = resource;
  const size = text(block(properties, "hardwareProfile"), "vmSize");
  if (!MACHINE_SIZES.some((known) => known.toLowerCase() === size.toLowerCase())) {
    throw invalidParameter(
      "vmSize",
      `The value ${size} provided for the VM size is not valid. The valid sizes in the current region are: ${MACHINE_SIZES.join(",")}.`,
    );
  }
  requireInterfaces(resources, resource);
  if (existing !== undefined) {
    resource.properties = { ...existing.properties, ...properties };
    resource.properties["storageProfile"] = existing.properties["storageProfile"];
    return;
  }
  const image = imageOf(resources, resource);
  if (image.osState === "Specialized" && properties["osProfile"] !== undefined) {
    throw invalidParameter(
      "osProfile",
      "Parameter 'osProfile' is not allowed for a specialized image.",
    );
  }
  resource.files = image.files;
  resource.machine = {
    power: "running",
    isGeneralized: false,
    vmId: randomUUID(),
    publicKeys: publicKeys(properties),
    machine: new LazyMachine(image.files, lastPart(resource.id)),
  };
  resource.properties = {
    ...withoutSecrets(properties),
    storageProfile: storageProfile(resources, resource, image),
    vmId: resource.machine.vmId,
    timeCreated: resource.createdAt,
  };
}

function publicKeys(properties: Body): string[] {
  const ssh = deep(properties, "osProfile", "linuxConfiguration", "ssh");
  return blocks(ssh, "publicKeys").map((key) => text(key, "keyData").trim());
}

/** Azure never shows a password or custom data again. */
function withoutSecrets(properties: Body): Record<string, unknown> {
  if (properties["osProfile"] === undefined) return { ...properties };
  const { adminPassword: _, customData: __, ...osProfile } = block(properties, "osProfile");
  return { ...properties, osProfile };
}

function requireInterfaces(resources: Resources, resource: Resource): void {
  const nics = blocks(block(resource.properties, "networkProfile"), "networkInterfaces");
  if (nics.length === 0) {
    throw invalidParameter("networkInterfaces", "A virtual machine needs a network interface.");
  }
  for (const { id } of nics) {
    const nic = resources.find(String(id));
    if (nic?.type !== INTERFACE) throw referenceNotFound(String(id));
    const user = machineOf(resources, nic);
    if (user !== undefined && keyOf(user.id) !== keyOf(resource.id)) {
      throw notAllowed(`Network interface '${nic.id}' is used by VM '${user.id}'.`);
    }
  }
}

function imageOf(resources: Resources, { properties, location }: Resource): FoundImage {
  const profile = block(properties, "storageProfile");
  const osDisk = block(profile, "osDisk");
  const attached = text(block(osDisk, "managedDisk"), "id");
  if (text(osDisk, "createOption") === "Attach" && attached !== "") {
    const disk = resources.referred(attached, DISK);
    const user = machineWith(resources, disk);
    if (user !== undefined) throw notAllowed(`Disk '${disk.id}' is attached to VM '${user.id}'.`);
    const { osType = "Linux", diskSizeGB } = disk.properties;
    return {
      files: disk.files,
      osType: String(osType),
      diskSizeGb: Number(diskSizeGB),
      osState: "Specialized",
    };
  }
  if (text(block(osDisk, "image"), "uri") !== "") {
    const osType = text(osDisk, "osType");
    return { files: [], osType, diskSizeGb: 30, osState: "Generalized" };
  }
  return findImage(resources, block(profile, "imageReference"), location);
}

/** What a machine shows of its disks: each is managed, or a blob. */
function storageProfile(resources: Resources, machine: Resource, image: FoundImage): Body {
  const profile = block(machine.properties, "storageProfile");
  const name = lastPart(machine.id);
  return {
    ...profile,
    osDisk: completeDisk(resources, machine, block(profile, "osDisk"), {
      name: `${name}_OsDisk_1`,
      osType: image.osType,
      diskSizeGB: image.diskSizeGb,
    }),
    dataDisks: blocks(profile, "dataDisks").map((disk) =>
      completeDisk(resources, machine, disk, {
        name: `${name}_DataDisk_${String(disk["lun"])}`,
        diskSizeGB: 32,
      }),
    ),
  };
}

function completeDisk(
  resources: Resources,
  { group }: Resource,
  asked: Body,
  defaults: { name: string; osType?: string; diskSizeGB: number },
): Body {
  const disk = { ...defaults, ...asked };
  if (text(block(asked, "vhd"), "uri") !== "") return disk;
  const id =
    text(block(asked, "managedDisk"), "id") ||
    resources.idOf({ group, type: DISK, names: [String(disk.name)] });
  const { storageAccountType = "Standard_LRS", ...rest } = block(asked, "managedDisk");
  return { ...disk, managedDisk: { ...rest, storageAccountType, id } };
}

/** Makes the disks that come with a machine. */
function stored({ resources, resource, existing }: Change): void {
  if (existing !== undefined) return;
  const profile = block(resource.properties, "storageProfile");
  for (const disk of [block(profile, "osDisk"), ...blocks(profile, "dataDisks")]) {
    const uri = text(block(disk, "vhd"), "uri");
    const id = text(block(disk, "managedDisk"), "id");
    if (uri !== "") putBlobAt(resources, uri, Buffer.from(`the disk of ${resource.id}`));
    else if (resources.find(id) === undefined) makeDisk(resources, resource, disk);
  }
}

function makeDisk(resources: Resources, machine: Resource, disk: Body): void {
  const kind = resources.kind(DISK);
  if (kind === undefined) return;
  const name = { group: machine.group, type: DISK, names: [text(disk, "name")] };
  const made = resources.put(kind, name, {
    location: machine.location,
    tags: machine.tags,
    sku: { name: text(block(disk, "managedDisk"), "storageAccountType") },
    properties: {
      creationData: { createOption: "Empty" },
      diskSizeGB: disk["diskSizeGB"],
      ...(disk["osType"] === undefined ? {} : { osType: disk["osType"] }),
    },
  });
  made.state = "Succeeded";
  if (disk["osType"] !== undefined) made.files = machine.files;
}

function removed(resources: Resources, { properties }: Resource): void {
  const profile = block(properties, "storageProfile");
  for (const disk of [block(profile, "osDisk"), ...blocks(profile, "dataDisks")]) {
    if (text(disk, "deleteOption") !== "Delete") continue;
    removeIfThere(resources, text(block(disk, "managedDisk"), "id"));
  }
  for (const one of blocks(block(properties, "networkProfile"), "networkInterfaces")) {
    const nic = resources.find(text(one, "id"));
    if (nic === undefined || text(block(one, "properties"), "deleteOption") !== "Delete") continue;
    resources.remove(nic);
    for (const configuration of blocks(nic.properties, "ipConfigurations")) {
      const address = deep(configuration, "properties", "publicIPAddress");
      if (text(block(address, "properties"), "deleteOption") !== "Delete") continue;
      const stored = resources.find(text(address, "id"));
      if (stored?.type === ADDRESS) resources.remove(stored);
    }
  }
}

function removeIfThere(resources: Resources, id: string): void {
  const found = resources.find(id);
  if (found !== undefined) resources.remove(found);
}

const STATES = {
  running: "VM running",
  stopped: "VM stopped",
  deallocated: "VM deallocated",
} as const;

/** What a machine's `instanceView` shows. */
export function instanceView({ machine, state }: Resource): object {
  if (machine === undefined) return { statuses: [] };
  const code = state.toLowerCase();
  return {
    statuses: [
      { code: `ProvisioningState/${code}`, level: "Info", displayStatus: `Provisioning ${code}` },
      ...(machine.isGeneralized
        ? [{ code: "OSState/generalized", level: "Info", displayStatus: "VM generalized" }]
        : []),
      {
        code: `PowerState/${machine.power}`,
        level: "Info",
        displayStatus: STATES[machine.power],
      },
    ],
  };
}

/** The disks of a machine that are resources of their own, that of its operating system first. */
export function managedDisksOf(resources: Resources, machine: Resource): Resource[] {
  return diskIdsOf(machine).flatMap((id) => resources.find(id) ?? []);
}

const virtualMachines: ResourceKind = {
  type: "Microsoft.Compute/virtualMachines",
  operations: "VirtualMachines",
  prepare,
  stored,
  removed,
  view: (_resources, machine, expand) =>
    expand.toLowerCase() === "instanceview" ? { instanceView: instanceView(machine) } : {},
};

const extensions: ResourceKind = {
  type: "Microsoft.Compute/virtualMachines/extensions",
  operations: "VirtualMachineExtensions",
  prepare({ resources, resource: { group, names } }) {
    resources.get({ group, type: virtualMachines.type, names: names.slice(0, 1) });
  },
};

/** Virtual machines of `Microsoft.Compute`. */
export const machineKinds: readonly ResourceKind[] = [virtualMachines, extensions];
