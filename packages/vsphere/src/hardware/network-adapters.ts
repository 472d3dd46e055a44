import { VSphereError } from "../errors.ts";
import { type Device, deviceChange, isEthernetCard } from "../vim25/virtual-devices.ts";
import type { XmlElements } from "../vim25/xml.ts";

/** The classes of adapters, by their names in the settings. Source: govmomi `object.EthernetCardTypes`. */
const CARD_TYPES = {
  vmxnet3: "VirtualVmxnet3",
  vmxnet2: "VirtualVmxnet2",
  e1000: "VirtualE1000",
  e1000e: "VirtualE1000e",
  pcnet32: "VirtualPCNet32",
  sriov: "VirtualSriovEthernetCard",
} as const;

/** A network adapter to add. */
export interface NewAdapter {
  readonly card: keyof typeof CARD_TYPES;
  readonly backing: XmlElements;
  /** Empty for one that the vCenter gives. */
  readonly macAddress: string;
  readonly passthrough: boolean | undefined;
}

/** The change that adds a network adapter. */
export function addedAdapter(adapter: NewAdapter, key: number): XmlElements {
  return deviceChange("add", {
    "@xsi:type": CARD_TYPES[adapter.card],
    key,
    backing: adapter.backing,
    ...addressXml(adapter.macAddress),
    uptCompatibilityEnabled: adapter.passthrough,
  });
}

/**
 * The change that connects a machine's first network adapter to a network.
 *
 * @throws {VSphereError} `UNSUITABLE` where it has none.
 */
export function connectedAdapter(
  devices: readonly Device[],
  backing: XmlElements,
  macAddress: string,
): XmlElements {
  const card = devices.find(isEthernetCard);
  if (card === undefined) {
    throw new VSphereError(
      "UNSUITABLE",
      "the source has no network adapter: leave out network, or add one to the source",
    );
  }
  const { node } = card;
  return deviceChange("edit", {
    "@xsi:type": card.type,
    key: card.key,
    backing,
    connectable: node.child("connectable")?.content,
    controllerKey: card.controllerKey,
    unitNumber: card.unitNumber,
    ...(macAddress === ""
      ? { addressType: node.childText("addressType"), macAddress: node.childText("macAddress") }
      : addressXml(macAddress)),
  });
}

function addressXml(macAddress: string): XmlElements {
  if (macAddress === "") return {};
  return { addressType: "manual", macAddress: macAddress.toLowerCase() };
}
