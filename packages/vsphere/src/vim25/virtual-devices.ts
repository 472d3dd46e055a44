import { VSphereError } from "../errors.ts";
import type { XmlElements, XmlNode } from "./xml.ts";

/** A device that a machine has. */
export interface Device {
  readonly key: number;
  /** Such as `VirtualVmxnet3`. */
  readonly type: string;
  readonly controllerKey: number | undefined;
  readonly unitNumber: number | undefined;
  /** The device as the vCenter describes it. */
  readonly node: XmlNode;
}

/** Reads the property `config.hardware.device`. */
export function readDevices(property: XmlNode | undefined): Device[] {
  return (property?.children("VirtualDevice") ?? []).map((node) => ({
    key: Number(node.childText("key")),
    type: node.type ?? "VirtualDevice",
    controllerKey: optionalNumber(node.childText("controllerKey")),
    unitNumber: optionalNumber(node.childText("unitNumber")),
    node,
  }));
}

function optionalNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/** A `VirtualDeviceConfigSpec`. */
export function deviceChange(
  operation: "add" | "edit" | "remove",
  device: XmlElements,
  fileOperation?: "create",
): XmlElements {
  return { "@xsi:type": "VirtualDeviceConfigSpec", operation, fileOperation, device };
}

/** Takes a device away; the file behind it stays. */
export function removal({ type, key, controllerKey, unitNumber }: Device): XmlElements {
  return deviceChange("remove", { "@xsi:type": type, key, controllerKey, unitNumber });
}

/** Every kind of network adapter. */
const ETHERNET_CARDS = [
  "VirtualE1000",
  "VirtualE1000e",
  "VirtualPCNet32",
  "VirtualSriovEthernetCard",
  "VirtualVmxnet",
  "VirtualVmxnet2",
  "VirtualVmxnet3",
  "VirtualVmxnet3Vrdma",
];

export function isEthernetCard({ type }: Device): boolean {
  return ETHERNET_CARDS.includes(type);
}

export function isCdrom({ type }: Device): boolean {
  return type === "VirtualCdrom";
}

export function isDisk({ type }: Device): boolean {
  return type === "VirtualDisk";
}

/** Hands out keys for devices that are not there yet: negative ones, each once. */
export class NewKeys {
  #last = -100;

  next(): number {
    this.#last -= 1;
    return this.#last;
  }
}

/** The places on controllers, those of devices to come included. */
export class Places {
  readonly #taken = new Set<string>();

  constructor(devices: readonly Device[]) {
    for (const { controllerKey, unitNumber } of devices) {
      if (controllerKey !== undefined && unitNumber !== undefined) {
        this.#taken.add(`${controllerKey}:${unitNumber}`);
      }
    }
  }

  /** Takes the first free unit of a controller; undefined where all of its `size` units are taken. */
  take(controllerKey: number, size: number, reserved: readonly number[] = []): number | undefined {
    for (let unit = 0; unit < size; unit++) {
      const place = `${controllerKey}:${unit}`;
      if (this.#taken.has(place) || reserved.includes(unit)) continue;
      this.#taken.add(place);
      return unit;
    }
    return undefined;
  }
}

/** @throws {VSphereError} `UNSUITABLE` */
export function noPlace(what: string, cure: string): VSphereError {
  return new VSphereError("UNSUITABLE", `the machine has no place left for ${what}; ${cure}`);
}
