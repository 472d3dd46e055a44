import { randomUUID } from "node:crypto";
import { backingOf, type Device, devicesValue } from "./devices.ts";
import type { Datastore, Folder, HostSystem, Network, ResourcePool } from "./inventory.ts";
import { Entity, ManagedObject, type Properties } from "./objects.ts";
import type { Task } from "./tasks.ts";
import {
  data,
  flag,
  int,
  list,
  plainReference,
  reference,
  references,
  text,
  word,
} from "./values.ts";
import type { XmlElements } from "./xml.ts";

/** A machine, or a template. */
export class VirtualMachine extends Entity {
  readonly type = "VirtualMachine";
  override readonly baseTypes = ["ManagedEntity"];
  readonly uuid = randomUUID();
  readonly instanceUuid = randomUUID();
  override parent: Folder;
  readonly datastore: Datastore;
  host: HostSystem;
  /** Undefined for a template. */
  pool: ResourcePool | undefined;
  annotation = "";
  guestId = "otherGuest";
  cpus = 1;
  memoryMb = 1024;
  devices: readonly Device[] = [];
  readonly extraConfig = new Map<string, string>();
  isTemplate = false;
  isOn = false;
  /** What VMware Tools tell of the guest; undefined as long as they do not run. */
  address: string | undefined;
  readonly snapshots: Snapshot[] = [];
  /** The task that works on it at the moment. */
  task: Task | undefined;
  /** Looks networks up that adapters are connected to. */
  readonly #networks: () => readonly Network[];

  constructor(
    id: string,
    name: string,
    place: { folder: Folder; datastore: Datastore; host: HostSystem; pool: ResourcePool },
    networks: () => readonly Network[],
  ) {
    super(id, name, place.folder);
    this.parent = place.folder;
    this.datastore = place.datastore;
    this.host = place.host;
    this.pool = place.pool;
    this.#networks = networks;
  }

  /** The folder of its files on the datastore. */
  get directory(): string {
    return this.id;
  }

  /** The networks that its adapters are connected to. */
  get networks(): Network[] {
    const known = this.#networks();
    return this.devices.flatMap((device) => {
      const { deviceName, port } = backingOf(device);
      const key = (port as { portgroupKey?: unknown } | undefined)?.portgroupKey;
      const found = known.find(({ id, name }) => id === key || (name === deviceName && !key));
      return found === undefined ? [] : [found];
    });
  }

  override properties(): Properties {
    return { ...super.properties(), ...this.#configuration(), ...this.#state() };
  }

  #configuration(): Properties {
    return {
      "config.uuid": () => text(this.uuid),
      "config.instanceUuid": () => text(this.instanceUuid),
      "config.annotation": () => text(this.annotation),
      "config.template": () => flag(this.isTemplate),
      "config.hardware.numCPU": () => int(this.cpus),
      "config.hardware.memoryMB": () => int(this.memoryMb),
      "config.hardware.device": () => devicesValue(this.devices),
      "config.extraConfig": () =>
        list(
          "OptionValue",
          [...this.extraConfig].map(([key, value]) =>
            data("OptionValue", { key, value: text(value) }),
          ),
        ),
    };
  }

  #state(): Properties {
    return {
      "runtime.powerState": () =>
        word("VirtualMachinePowerState", this.isOn ? "poweredOn" : "poweredOff"),
      resourcePool: () => this.pool && reference(this.pool),
      datastore: () => references([this.datastore]),
      network: () => references(this.networks),
      snapshot: () => {
        const current = this.snapshots.at(-1);
        if (current === undefined) return undefined;
        return data("VirtualMachineSnapshotInfo", {
          currentSnapshot: plainReference(current),
          rootSnapshotList: snapshotTree(this.snapshots),
        });
      },
      "guest.ipAddress": () => (this.address === undefined ? undefined : text(this.address)),
      "guest.net": () =>
        list(
          "GuestNicInfo",
          this.address === undefined ? [] : [data("GuestNicInfo", { ipAddress: this.address })],
        ),
    };
  }
}

/** A `VirtualMachineSnapshotTree`: each was taken on top of the one before. */
function snapshotTree([first, ...others]: readonly Snapshot[]): XmlElements | undefined {
  if (first === undefined) return undefined;
  const { name } = first;
  const childSnapshotList = snapshotTree(others);
  return {
    snapshot: plainReference(first),
    name,
    ...(childSnapshotList === undefined ? {} : { childSnapshotList }),
  };
}

/** A state of a machine that was kept. */
export class Snapshot extends ManagedObject {
  readonly type = "VirtualMachineSnapshot";
  readonly name: string;
  readonly machine: VirtualMachine;

  constructor(id: string, name: string, machine: VirtualMachine) {
    super(id);
    this.name = name;
    this.machine = machine;
  }

  properties(): Properties {
    return {};
  }
}
