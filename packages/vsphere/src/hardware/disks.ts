import type { HardwareConfig } from "../config/hardware.ts";
import { VSphereError } from "../errors.ts";
import {
  type Device,
  deviceChange,
  isDisk,
  type NewKeys,
  noPlace,
  type Places,
} from "../vim25/virtual-devices.ts";
import type { XmlElements } from "../vim25/xml.ts";

/** A kind of disk controller: its class, the classes that share its bus numbers, and its places. */
interface ControllerKind {
  readonly type: string;
  readonly family: RegExp;
  readonly units: number;
  /** Units that the controller itself takes. */
  readonly reserved: readonly number[];
  readonly extra: XmlElements;
}

const SCSI = {
  family: /SCSI|LsiLogic|BusLogic/,
  units: 16,
  reserved: [7],
  extra: { sharedBus: "noSharing" },
};

const KINDS: Readonly<Record<string, ControllerKind>> = {
  lsilogic: { type: "VirtualLsiLogicController", ...SCSI },
  scsi: { type: "VirtualLsiLogicController", ...SCSI },
  "lsilogic-sas": { type: "VirtualLsiLogicSASController", ...SCSI },
  pvscsi: { type: "ParaVirtualSCSIController", ...SCSI },
  buslogic: { type: "VirtualBusLogicController", ...SCSI },
  nvme: { type: "VirtualNVMEController", family: /NVME/, units: 15, reserved: [], extra: {} },
  sata: { type: "VirtualAHCIController", family: /AHCI/, units: 30, reserved: [], extra: {} },
};

/**
 * The changes that add disks and the controllers that they hang on, to a machine that has `devices`.
 *
 * Source: packer-plugin-vsphere `driver/disk.go`; govmomi `object/virtual_device_list.go`.
 *
 * @throws {VSphereError} `UNSUITABLE` where a controller is full.
 */
export function addedDisks(
  { storage, disk_controller_type }: HardwareConfig,
  devices: readonly Device[],
  keys: NewKeys,
  places: Places,
): XmlElements[] {
  if (storage.length === 0) return [];
  const names = disk_controller_type.length === 0 ? ["lsilogic"] : disk_controller_type;
  const types = devices.map(({ type }) => type);
  const controllers = names.map((name) => {
    const kind = KINDS[name] as ControllerKind;
    const busNumber = types.filter((type) => kind.family.test(type)).length;
    types.push(kind.type);
    return { name, kind, key: keys.next(), busNumber };
  });
  return [
    ...controllers.map(({ kind, key, busNumber }) =>
      deviceChange("add", { "@xsi:type": kind.type, key, busNumber, ...kind.extra }),
    ),
    ...storage.map((disk) => {
      const controller = controllers[disk.disk_controller_index];
      const unitNumber =
        controller && places.take(controller.key, controller.kind.units, controller.kind.reserved);
      if (controller === undefined || unitNumber === undefined) {
        throw noPlace("another disk", "add a controller to disk_controller_type");
      }
      return deviceChange("add", diskXml(disk, keys.next(), controller.key, unitNumber), "create");
    }),
  ];
}

function diskXml(
  disk: HardwareConfig["storage"][number],
  key: number,
  controllerKey: number,
  unitNumber: number,
): XmlElements {
  return {
    "@xsi:type": "VirtualDisk",
    key,
    backing: {
      "@xsi:type": "VirtualDiskFlatVer2BackingInfo",
      fileName: "",
      diskMode: "persistent",
      thinProvisioned: disk.disk_thin_provisioned,
      eagerlyScrub: disk.disk_eagerly_scrub,
    },
    controllerKey,
    unitNumber,
    capacityInKB: disk.disk_size * 1024,
  };
}

/**
 * The change that gives the only disk of a machine another size, in MB.
 *
 * @throws {VSphereError} `UNSUITABLE` where it has none or several, or where the size would shrink it.
 */
export function resizedDisk(devices: readonly Device[], size: number): XmlElements {
  const [disk, ...others] = devices.filter(isDisk);
  if (disk === undefined || others.length > 0) {
    const count = disk === undefined ? "no disk" : "several disks";
    throw new VSphereError(
      "UNSUITABLE",
      `the source has ${count}: leave out disk_size, which is for its only one`,
    );
  }
  const current = Number(disk.node.childText("capacityInKB")) / 1024;
  if (current > size) {
    throw new VSphereError(
      "UNSUITABLE",
      `disk_size is ${size} MB, and the source's disk has ${current} MB: disks can only grow`,
    );
  }
  return deviceChange("edit", {
    "@xsi:type": "VirtualDisk",
    key: disk.key,
    backing: disk.node.child("backing")?.content,
    controllerKey: disk.controllerKey,
    unitNumber: disk.unitNumber,
    capacityInKB: size * 1024,
  });
}
