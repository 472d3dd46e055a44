import { backingOf } from "../devices.ts";
import { invalidArgument, VimFault } from "../fault.ts";
import { ComputeResource, Datastore, Folder, HostSystem, ResourcePool } from "../inventory.ts";
import { configureMachine, type MachinePlace, makeMachine } from "../machines.ts";
import { type Task, taskAnswer } from "../tasks.ts";
import { reference, type Value } from "../values.ts";
import type { VCenter } from "../vcenter.ts";
import { Snapshot, VirtualMachine } from "../virtual-machine.ts";
import type { XmlNode } from "../xml.ts";
import { type Call, type Methods, required } from "./call.ts";

function machineOf({ vcenter, self }: Call): VirtualMachine {
  return vcenter.registry.getA(VirtualMachine, self.id);
}

/** Starts a task on the machine that is called. */
function onMachine(
  call: Call,
  work: (machine: VirtualMachine) => Value | undefined,
): { returnval: Value } {
  const machine = machineOf(call);
  return taskAnswer(call.vcenter.tasks.start(machine, () => work(machine)));
}

function invalidPowerState(machine: VirtualMachine): VimFault {
  const existing = machine.isOn ? "poweredOn" : "poweredOff";
  return new VimFault(
    "InvalidPowerState",
    `The attempted operation cannot be performed in the current state (${existing === "poweredOn" ? "Powered on" : "Powered off"}).`,
    { existingState: existing },
  );
}

/** Methods of machines and of what makes them. */
export const machineMethods: Methods = {
  CreateVM_Task(call) {
    const { vcenter, self, parameters } = call;
    const folder = vcenter.registry.getA(Folder, self.id);
    const config = parameters.child("config");
    const name = required(config, "name");
    const pool = vcenter.registry.getA(ResourcePool, required(parameters, "pool"));
    const path = config?.child("files")?.childText("vmPathName") ?? "";
    const { datastore } = vcenter.datastorePath(path, vcenter.datacenterOf(folder));
    const host = hostFor(vcenter, parameters.childText("host"), pool);
    return start(vcenter, folder, () =>
      reference(makeMachine(vcenter, name, { folder, datastore, host, pool }, config)),
    );
  },

  CloneVM_Task(call) {
    const { vcenter, parameters } = call;
    const source = machineOf(call);
    const name = required(parameters, "name");
    const spec = parameters.child("spec");
    const place = clonePlace(vcenter, source, parameters, spec?.child("location"));
    const isLinked = spec?.child("location")?.childText("diskMoveType") !== undefined;
    if (isLinked) vcenter.registry.getA(Snapshot, required(spec, "snapshot"));
    const config = spec?.child("config");
    return start(vcenter, source, () =>
      reference(makeMachine(vcenter, name, place, config, source)),
    );
  },

  ReconfigVM_Task(call) {
    const spec = call.parameters.child("spec");
    if (spec === undefined) throw invalidArgument("spec");
    return onMachine(call, (machine) => {
      if (machine.isTemplate) throw templateNotSupported();
      configureMachine(machine, spec);
      return undefined;
    });
  },

  PowerOnVM_Task(call) {
    return onMachine(call, (machine) => {
      if (machine.isTemplate) throw templateNotSupported();
      if (machine.isOn) throw invalidPowerState(machine);
      machine.isOn = true;
      boot(call.vcenter, machine);
      return undefined;
    });
  },

  PowerOffVM_Task(call) {
    return onMachine(call, (machine) => {
      if (!machine.isOn) throw invalidPowerState(machine);
      powerOff(machine);
      return undefined;
    });
  },

  ShutdownGuest(call) {
    const machine = machineOf(call);
    if (!machine.isOn) throw invalidPowerState(machine);
    if (machine.address === undefined) {
      throw new VimFault(
        "ToolsUnavailable",
        "Cannot complete operation because VMware Tools is not running in this virtual machine.",
      );
    }
    call.vcenter.tasks.later(() => powerOff(machine));
    return undefined;
  },

  MarkAsTemplate(call) {
    const machine = machineOf(call);
    if (machine.isOn) throw invalidPowerState(machine);
    if (machine.isTemplate) throw templateNotSupported();
    machine.isTemplate = true;
    machine.pool?.machines.delete(machine);
    machine.pool = undefined;
    call.vcenter.registry.changed();
    return undefined;
  },

  CreateSnapshot_Task(call) {
    const name = required(call.parameters, "name");
    return onMachine(call, (machine) => {
      const id = call.vcenter.registry.newId("snapshot");
      const snapshot = call.vcenter.registry.add(new Snapshot(id, name, machine));
      machine.snapshots.push(snapshot);
      return reference(snapshot);
    });
  },

  RemoveSnapshot_Task({ vcenter, self }) {
    const snapshot = vcenter.registry.getA(Snapshot, self.id);
    const { machine } = snapshot;
    return start(vcenter, machine, () => {
      machine.snapshots.splice(machine.snapshots.indexOf(snapshot), 1);
      vcenter.registry.remove(snapshot);
      return undefined;
    });
  },

  Destroy_Task(call) {
    return onMachine(call, (machine) => {
      if (machine.isOn) throw invalidPowerState(machine);
      call.vcenter.removeMachine(machine);
      return undefined;
    });
  },

  Rename_Task(call) {
    const name = required(call.parameters, "newName");
    return onMachine(call, (machine) => {
      call.vcenter.demandFreeName(machine.parent, name);
      machine.name = name;
      return undefined;
    });
  },
};

function start(
  vcenter: VCenter,
  on: VirtualMachine | Folder,
  work: () => Value | undefined,
): { returnval: Value } {
  const task: Task = vcenter.tasks.start(on, work);
  return taskAnswer(task);
}

function boot({ options, tasks }: VCenter, machine: VirtualMachine): void {
  const { guestAddress, installMs } = options;
  tasks.later(() => {
    if (machine.isOn) machine.address = guestAddress;
  });
  const hasIso = machine.devices.some(
    (device) => backingOf(device)["@xsi:type"] === "VirtualCdromIsoBackingInfo",
  );
  if (installMs !== undefined && hasIso) tasks.later(() => powerOff(machine), installMs);
}

function powerOff(machine: VirtualMachine): void {
  machine.isOn = false;
  machine.address = undefined;
}

function templateNotSupported(): VimFault {
  return new VimFault("NotSupported", "The operation is not supported on the object.");
}

function hostFor(vcenter: VCenter, id: string | undefined, pool: ResourcePool): HostSystem {
  if (id !== undefined) return vcenter.registry.getA(HostSystem, id);
  let compute = pool.parent;
  while (compute instanceof ResourcePool) compute = compute.parent;
  const [host] = compute instanceof ComputeResource ? compute.hosts : [];
  if (host === undefined) throw invalidArgument("host");
  return host;
}

function clonePlace(
  vcenter: VCenter,
  source: VirtualMachine,
  parameters: XmlNode,
  location: XmlNode | undefined,
): MachinePlace {
  const folder = vcenter.registry.getA(Folder, required(parameters, "folder"));
  const poolId = location?.childText("pool") ?? source.pool?.id;
  if (poolId === undefined) throw invalidArgument("spec.location.pool");
  const pool = vcenter.registry.getA(ResourcePool, poolId);
  const datastoreId = location?.childText("datastore");
  return {
    folder,
    pool,
    datastore:
      datastoreId === undefined ? source.datastore : vcenter.registry.getA(Datastore, datastoreId),
    host: hostFor(vcenter, location?.childText("host"), pool),
  };
}
