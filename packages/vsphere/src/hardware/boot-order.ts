import { type Device, isCdrom, isDisk, isEthernetCard } from "../vim25/virtual-devices.ts";
import type { XmlElements } from "../vim25/xml.ts";

/** An order that says nothing: the firmware's own order counts again. */
export const CLEARED_BOOT_ORDER: readonly XmlElements[] = [
  { "@xsi:type": "VirtualMachineBootOptionsBootableDevice" },
];

/**
 * The devices to boot from, out of a list such as `disk,cdrom`. Kinds that the machine has none of are left out;
 * `hasNewCdrom` says that it gets a CD-ROM drive by the same change.
 *
 * Source: govmomi `object.VirtualDeviceList.BootOrder`.
 */
export function bootOrderXml(
  list: string,
  devices: readonly Device[],
  hasNewCdrom = false,
): XmlElements[] {
  return list.split(",").flatMap((kind): XmlElements[] => {
    switch (kind) {
      case "disk":
        return devices.filter(isDisk).map(({ key }) => bootable("Disk", key));
      case "ethernet":
        return devices.filter(isEthernetCard).map(({ key }) => bootable("Ethernet", key));
      case "cdrom":
        return hasNewCdrom || devices.some(isCdrom) ? [bootable("Cdrom")] : [];
      case "floppy":
        return devices.some(({ type }) => type === "VirtualFloppy") ? [bootable("Floppy")] : [];
      default:
        return [];
    }
  });
}

function bootable(kind: string, deviceKey?: number): XmlElements {
  return { "@xsi:type": `VirtualMachineBootOptionsBootable${kind}Device`, deviceKey };
}
