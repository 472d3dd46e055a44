import { isFault } from "../errors.ts";
import { propertiesOf } from "./property-collector.ts";
import { waitForProperties } from "./property-updates.ts";
import { type ManagedObjectReference, referenceXml } from "./reference.ts";
import type { VimSession } from "./session.ts";
import { runTask } from "./tasks.ts";
import { type Device, readDevices } from "./virtual-devices.ts";
import type { XmlElements } from "./xml.ts";

/** Where a clone goes, and what it is made with. */
export interface CloneSpec {
  readonly datastore: ManagedObjectReference;
  readonly pool: ManagedObjectReference;
  readonly host: ManagedObjectReference | undefined;
  /** The snapshot whose disks a linked clone shares. */
  readonly snapshot: ManagedObjectReference | undefined;
  /** A `VirtualMachineConfigSpec`. */
  readonly config: XmlElements;
}

/** A `VirtualMachineCloneSpec`, its elements in the order of the schema. */
export function cloneSpecXml(spec: CloneSpec): XmlElements {
  const reference = (one: ManagedObjectReference | undefined) => one && referenceXml(one);
  return {
    location: {
      datastore: reference(spec.datastore),
      diskMoveType: spec.snapshot && "createNewChildDiskBacking",
      pool: reference(spec.pool),
      host: reference(spec.host),
    },
    template: false,
    config: spec.config,
    powerOn: false,
    snapshot: reference(spec.snapshot),
  };
}

export async function devicesOf(
  session: VimSession,
  vm: ManagedObjectReference,
  signal?: AbortSignal,
): Promise<Device[]> {
  const path = "config.hardware.device";
  return readDevices((await propertiesOf(session, vm, [path], { signal })).get(path));
}

/** Changes a machine; `spec` is a `VirtualMachineConfigSpec`. */
export async function reconfigure(
  session: VimSession,
  vm: ManagedObjectReference,
  spec: XmlElements,
  signal?: AbortSignal,
): Promise<void> {
  await runTask(session, "ReconfigVM_Task", vm, { spec }, signal);
}

export async function powerOn(
  session: VimSession,
  vm: ManagedObjectReference,
  signal?: AbortSignal,
): Promise<void> {
  await runTask(session, "PowerOnVM_Task", vm, {}, signal);
}

export async function isPoweredOff(
  session: VimSession,
  vm: ManagedObjectReference,
  signal?: AbortSignal,
): Promise<boolean> {
  const properties = await propertiesOf(session, vm, ["runtime.powerState"], { signal });
  return properties.text("runtime.powerState") === "poweredOff";
}

/** Waits until the machine is off. @throws {VSphereError} `TIMED_OUT` */
export async function waitForPowerOff(
  session: VimSession,
  vm: ManagedObjectReference,
  timeout: number,
  signal: AbortSignal,
): Promise<void> {
  const watched = { object: vm, paths: ["runtime.powerState"], timeout, signal };
  await waitForProperties(session, watched, (values) => {
    return values.get("runtime.powerState")?.text === "poweredOff" ? true : undefined;
  });
}

export async function markAsTemplate(
  session: VimSession,
  vm: ManagedObjectReference,
): Promise<void> {
  await session.call("MarkAsTemplate", vm);
}

export async function createSnapshot(
  session: VimSession,
  vm: ManagedObjectReference,
  { name, description = "" }: { name: string; description?: string },
  signal?: AbortSignal,
): Promise<void> {
  const parameters = { name, description, memory: false, quiesce: false };
  await runTask(session, "CreateSnapshot_Task", vm, parameters, signal);
}

/** Powers a machine off and removes it with its files. One that is gone already is no error. */
export async function destroyVirtualMachine(
  session: VimSession,
  vm: ManagedObjectReference,
): Promise<void> {
  try {
    if (!(await isPoweredOff(session, vm))) await runTask(session, "PowerOffVM_Task", vm);
    await runTask(session, "Destroy_Task", vm);
  } catch (error) {
    if (!isFault(error, "ManagedObjectNotFound")) throw error;
  }
}
