import {
  changeDevices,
  DEFAULT_DEVICES,
  type Device,
  isDisk,
  readDeviceChanges,
} from "./devices.ts";
import { noDiskSpace } from "./fault.ts";
import type { Datastore, Folder, HostSystem, ResourcePool } from "./inventory.ts";
import type { VCenter } from "./vcenter.ts";
import { VirtualMachine } from "./virtual-machine.ts";
import type { XmlNode } from "./xml.ts";

/** Where a machine is made. */
export interface MachinePlace {
  readonly folder: Folder;
  readonly datastore: Datastore;
  readonly host: HostSystem;
  readonly pool: ResourcePool;
}

/** How many bytes a new machine and each of its disks take on the datastore: what is empty takes little. */
const MACHINE_BYTES = 2048;
const DISK_BYTES = 4096;

/**
 * Makes a machine, as a copy of another where one is given, and configures it.
 *
 * @throws {VimFault} `DuplicateName`, `NoDiskSpace`, `InvalidDeviceSpec`; nothing is made then.
 */
export function makeMachine(
  vcenter: VCenter,
  name: string,
  place: MachinePlace,
  config: XmlNode | undefined,
  source?: VirtualMachine,
): VirtualMachine {
  vcenter.demandFreeName(place.folder, name);
  const { datastore, folder, pool } = place;
  if (datastore.free < MACHINE_BYTES) throw noDiskSpace(datastore.name);
  const datacenter = vcenter.datacenterOf(folder);
  const machine = new VirtualMachine(vcenter.registry.newId("vm"), name, place, () =>
    vcenter.networksOf(datacenter),
  );
  machine.devices = DEFAULT_DEVICES;
  if (source !== undefined) copyHardware(source, machine);
  configureMachine(machine, config);
  datastore.folders.add(machine.directory);
  datastore.files.set(`${machine.directory}/${name}.vmx`, {
    size: MACHINE_BYTES,
    content: undefined,
  });
  vcenter.registry.add(machine);
  folder.entries.push(machine);
  pool.machines.add(machine);
  vcenter.registry.changed();
  return machine;
}

function copyHardware(source: VirtualMachine, machine: VirtualMachine): void {
  machine.annotation = source.annotation;
  machine.guestId = source.guestId;
  machine.cpus = source.cpus;
  machine.memoryMb = source.memoryMb;
  machine.devices = source.devices;
  for (const [key, value] of source.extraConfig) machine.extraConfig.set(key, value);
  for (const disk of source.devices.filter(isDisk)) writeDisk(machine, disk);
}

/**
 * Changes a machine as a `VirtualMachineConfigSpec` says.
 *
 * @throws {VimFault} `InvalidDeviceSpec`, `NoDiskSpace`; nothing is changed then.
 */
export function configureMachine(machine: VirtualMachine, spec: XmlNode | undefined): void {
  const before = machine.devices;
  const devices = changeDevices(before, readDeviceChanges(spec));
  const newDisks = devices.filter((device) => isDisk(device) && !hasKey(before, device.key));
  const { datastore } = machine;
  if (datastore.free < newDisks.length * DISK_BYTES) throw noDiskSpace(datastore.name);
  machine.devices = devices;
  for (const disk of newDisks) writeDisk(machine, disk);
  const number = (name: string) => Number(spec?.childText(name)) || undefined;
  machine.annotation = spec?.childText("annotation") ?? machine.annotation;
  machine.guestId = spec?.childText("guestId") ?? machine.guestId;
  machine.cpus = number("numCPUs") ?? machine.cpus;
  machine.memoryMb = number("memoryMB") ?? machine.memoryMb;
  for (const option of spec?.children("extraConfig") ?? []) {
    const key = option.childText("key") ?? "";
    const value = option.childText("value") ?? "";
    if (value === "") machine.extraConfig.delete(key);
    else machine.extraConfig.set(key, value);
  }
}

function hasKey(devices: readonly Device[], key: number): boolean {
  return devices.some((device) => device.key === key);
}

/** The file behind a disk, on the datastore of its machine. */
export function diskPath({ directory }: VirtualMachine, { key }: Device): string {
  return `${directory}/disk-${key}.vmdk`;
}

function writeDisk(machine: VirtualMachine, disk: Device): void {
  const content = Buffer.alloc(DISK_BYTES, `disk ${disk.key} of ${machine.name}\n`);
  machine.datastore.files.set(diskPath(machine, disk), { size: DISK_BYTES, content });
}
