import type { HardwareConfig } from "../config/hardware.ts";
import type { XmlElements } from "../vim25/xml.ts";

/** What to make or change of a machine; what is left out stays as it is. */
export interface ConfigSpec {
  readonly name?: string;
  /** Such as `vmx-21`. */
  readonly version?: string | undefined;
  readonly guestId?: string;
  readonly annotation?: string | undefined;
  /** Where its files go, such as `[datastore1]`. */
  readonly files?: string;
  readonly hardware?: HardwareConfig;
  readonly deviceChange?: readonly XmlElements[];
  /** Advanced settings. */
  readonly extraConfig?: Readonly<Record<string, string>>;
  readonly bootOrder?: readonly XmlElements[];
}

/** A `VirtualMachineConfigSpec`, its elements in the order of the schema: vCenter insists on it. */
export function configSpecXml(spec: ConfigSpec): XmlElements {
  const { hardware } = spec;
  return {
    name: spec.name,
    version: spec.version,
    guestId: spec.guestId,
    annotation: spec.annotation,
    files: spec.files === undefined ? undefined : { vmPathName: spec.files },
    numCPUs: positive(hardware?.CPUs),
    numCoresPerSocket: positive(hardware?.cpu_cores),
    memoryMB: positive(hardware?.RAM),
    memoryHotAddEnabled: hardware?.RAM_hot_plug || undefined,
    cpuHotAddEnabled: hardware?.CPU_hot_plug || undefined,
    deviceChange: spec.deviceChange,
    cpuAllocation: allocation(hardware?.CPU_reservation, hardware?.CPU_limit),
    memoryAllocation: allocation(hardware?.RAM_reservation),
    extraConfig: Object.entries(spec.extraConfig ?? {}).map(([key, value]) => ({
      "@xsi:type": "OptionValue",
      key,
      value: { "@xsi:type": "xsd:string", "#text": value },
    })),
    bootOptions: bootOptions(spec),
    firmware: hardware?.firmware.replace(/-secure$/, "") || undefined,
    memoryReservationLockedToMax: hardware?.RAM_reserve_all || undefined,
    nestedHVEnabled: hardware?.NestedHV || undefined,
  };
}

/** Whether a `VirtualMachineConfigSpec` asks for anything at all. */
export function isEmptySpec(spec: XmlElements): boolean {
  return Object.values(spec).every(
    (value) => value === undefined || (Array.isArray(value) && value.length === 0),
  );
}

function positive(amount: number | undefined): number | undefined {
  return amount || undefined;
}

function allocation(reservation?: number, limit?: number): XmlElements | undefined {
  if (!reservation && !limit) return undefined;
  return { reservation: positive(reservation), limit: positive(limit) };
}

function bootOptions({ hardware, bootOrder }: ConfigSpec): XmlElements | undefined {
  const enterBIOSSetup = hardware?.force_bios_setup || undefined;
  const efiSecureBootEnabled = hardware?.firmware === "efi-secure" || undefined;
  if (!enterBIOSSetup && !efiSecureBootEnabled && bootOrder === undefined) return undefined;
  return { enterBIOSSetup, efiSecureBootEnabled, bootOrder };
}
