import { VimFault } from "./fault.ts";
import { data, list, type Value } from "./values.ts";
import type { XmlContent, XmlNode } from "./xml.ts";

/** A virtual device of a machine. */
export interface Device {
  readonly key: number;
  readonly type: string;
  /** Its elements besides the key, in the order of the schema. */
  readonly elements: Readonly<Record<string, XmlContent>>;
}

/** The first key of each kind of device, as vSphere gives them. */
const FIRST_KEYS: readonly (readonly [kind: RegExp, first: number])[] = [
  [/SCSI|LsiLogic|BusLogic/, 1000],
  [/^VirtualAHCIController$/, 15_000],
  [/^VirtualNVMEController$/, 31_000],
  [/^VirtualDisk$/, 2000],
  [/^VirtualCdrom$/, 3000],
  [/^VirtualUSBController$/, 7000],
  [/^VirtualUSBXHCIController$/, 14_000],
  [/Vmxnet|VirtualE1000|PCNet32|SriovEthernetCard/, 4000],
];

/** What every machine has from the start. */
export const DEFAULT_DEVICES: readonly Device[] = [
  { key: 100, type: "VirtualPCIController", elements: { busNumber: 0 } },
  { key: 200, type: "VirtualIDEController", elements: { busNumber: 0 } },
  { key: 201, type: "VirtualIDEController", elements: { busNumber: 1 } },
];

/** A change of a machine's devices, as a `VirtualDeviceConfigSpec` asks for it. */
export interface DeviceChange {
  readonly operation: string;
  readonly key: number;
  readonly type: string;
  readonly elements: Readonly<Record<string, XmlContent>>;
}

export function readDeviceChanges(spec: XmlNode | undefined): DeviceChange[] {
  return (spec?.children("deviceChange") ?? []).map((change) => {
    const device = change.child("device");
    const names = (device?.childNames ?? []).filter((name) => name !== "key");
    return {
      operation: change.childText("operation") ?? "",
      key: Number(device?.childText("key")),
      type: device?.type ?? "",
      elements: Object.fromEntries(names.map((name) => [name, device?.child(name)?.content])),
    };
  });
}

/** The devices after the changes. New ones get keys of vSphere's own. @throws {VimFault} `InvalidDeviceSpec` */
export function changeDevices(
  devices: readonly Device[],
  changes: readonly DeviceChange[],
): Device[] {
  const result = [...devices];
  const newKeys = new Map<number, number>();
  for (const [index, change] of changes.entries()) {
    if (change.operation === "add") {
      const controller = Number(change.elements["controllerKey"]);
      const controllerKey = newKeys.get(controller);
      const elements =
        controllerKey === undefined ? change.elements : { ...change.elements, controllerKey };
      const key = newKey(change.type, result);
      newKeys.set(change.key, key);
      checkPlace(result, elements, index);
      result.push({ key, type: change.type, elements });
      continue;
    }
    const at = result.findIndex(({ key }) => key === change.key);
    const old = result[at];
    if (old === undefined) throw invalidDevice(index);
    if (change.operation === "remove") result.splice(at, 1);
    else result[at] = { ...old, elements: { ...old.elements, ...defined(change.elements) } };
  }
  return result;
}

/** A place on a controller that there is, and that is free. */
function checkPlace(
  devices: readonly Device[],
  { controllerKey, unitNumber }: Device["elements"],
  index: number,
): void {
  if (controllerKey === undefined) return;
  const key = Number(controllerKey);
  if (!devices.some((device) => device.key === key)) throw invalidDevice(index);
  const isTaken = devices.some(
    ({ elements }) =>
      Number(elements["controllerKey"]) === key &&
      unitNumber !== undefined &&
      Number(elements["unitNumber"]) === Number(unitNumber),
  );
  if (isTaken) throw invalidDevice(index);
}

function invalidDevice(index: number): VimFault {
  return new VimFault("InvalidDeviceSpec", `Invalid configuration for device '${index}'.`, {
    property: `virtualDeviceSpec[${index}]`,
    deviceIndex: index,
  });
}

function newKey(type: string, devices: readonly Device[]): number {
  const first = FIRST_KEYS.find(([kind]) => kind.test(type))?.[1] ?? 9000;
  let key = first;
  while (devices.some((device) => device.key === key)) key++;
  return key;
}

function defined(elements: Device["elements"]): Device["elements"] {
  return Object.fromEntries(Object.entries(elements).filter(([, value]) => value !== undefined));
}

/** The property `config.hardware.device`. */
export function devicesValue(devices: readonly Device[]): Value {
  return list(
    "VirtualDevice",
    devices.map(({ key, type, elements }) => data(type, { key, ...elements })),
  );
}

export function isDisk({ type }: Device): boolean {
  return type === "VirtualDisk";
}

/** The backing of a device, to read from. */
export function backingOf({ elements }: Device): Readonly<Record<string, XmlContent>> {
  const backing = elements["backing"];
  return typeof backing === "object" && !Array.isArray(backing)
    ? (backing as Readonly<Record<string, XmlContent>>)
    : {};
}
