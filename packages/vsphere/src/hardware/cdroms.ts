import type { HardwareConfig } from "../config/hardware.ts";
import {
  type Device,
  deviceChange,
  isCdrom,
  type NewKeys,
  noPlace,
  type Places,
} from "../vim25/virtual-devices.ts";
import type { XmlElements } from "../vim25/xml.ts";

/** How many drives an IDE and a SATA controller have room for. */
const UNITS = { ide: 2, sata: 30 } as const;

/**
 * The changes that add CD-ROM drives with ISO images in them, and a SATA controller where there is none for them.
 *
 * Source: packer-plugin-vsphere `driver/vm_cdrom.go`.
 *
 * @throws {VSphereError} `UNSUITABLE` where the controllers are full.
 */
export function addedCdroms(
  { cdrom_type: kind }: Pick<HardwareConfig, "cdrom_type">,
  isoPaths: readonly string[],
  devices: readonly Device[],
  keys: NewKeys,
  places: Places,
): XmlElements[] {
  if (isoPaths.length === 0) return [];
  const type = kind === "sata" ? "VirtualAHCIController" : "VirtualIDEController";
  const controllers = devices.filter((device) => device.type === type).map(({ key }) => key);
  const changes: XmlElements[] = [];
  if (kind === "sata" && controllers.length === 0) {
    const key = keys.next();
    controllers.push(key);
    changes.push(deviceChange("add", { "@xsi:type": type, key, busNumber: 0 }));
  }
  for (const path of isoPaths) {
    let place: { controllerKey: number; unitNumber: number } | undefined;
    for (const controllerKey of controllers) {
      const unitNumber = places.take(controllerKey, UNITS[kind]);
      if (unitNumber === undefined) continue;
      place = { controllerKey, unitNumber };
      break;
    }
    if (place === undefined) throw noPlace("another CD-ROM drive", 'set cdrom_type = "sata"');
    changes.push(deviceChange("add", cdromXml(path, keys.next(), place)));
  }
  return changes;
}

function cdromXml(
  path: string,
  key: number,
  place: { controllerKey: number; unitNumber: number },
): XmlElements {
  return {
    "@xsi:type": "VirtualCdrom",
    key,
    backing: { "@xsi:type": "VirtualCdromIsoBackingInfo", fileName: path },
    connectable: { startConnected: true, allowGuestControl: true, connected: true },
    ...place,
  };
}

/** The changes that take the ISO images out of all CD-ROM drives that have one. */
export function emptiedCdroms(devices: readonly Device[]): XmlElements[] {
  return devices
    .filter((device) => isCdrom(device) && device.node.child("backing")?.type === ISO_BACKING)
    .map(({ key, controllerKey, unitNumber }) =>
      deviceChange("edit", {
        "@xsi:type": "VirtualCdrom",
        key,
        backing: {
          "@xsi:type": "VirtualCdromRemotePassthroughBackingInfo",
          deviceName: "",
          exclusive: false,
        },
        connectable: { startConnected: false, allowGuestControl: false, connected: false },
        controllerKey,
        unitNumber,
      }),
    );
}

const ISO_BACKING = "VirtualCdromIsoBackingInfo";
