import { randomUUID } from "node:crypto";
import { duplicateName, invalidArgument, VimFault } from "./fault.ts";
import { Datacenter, type Datastore, Folder, Network } from "./inventory.ts";
import { Libraries } from "./libraries.ts";
import { type Entity, ManagedObject, type Properties, Registry } from "./objects.ts";
import { PropertyCollector } from "./property-collector.ts";
import { Tasks } from "./tasks.ts";
import { VirtualMachine } from "./virtual-machine.ts";

/** How a stand-in behaves. */
export interface VCenterOptions {
  readonly username: string;
  readonly password: string;
  /** How long tasks take, in milliseconds. */
  readonly taskMs: number;
  /** The address that VMware Tools tell once a machine runs; undefined where no machine has the tools. */
  readonly guestAddress: string | undefined;
  /**
   * How long a machine that boots with an ISO image in a drive takes to install itself and power off, in milliseconds;
   * undefined where none does.
   */
  readonly installMs: number | undefined;
}

/** Somebody who is signed in. */
export interface Session {
  readonly id: string;
  /** What the vCenter keeps for it: collectors, filters and leases. */
  readonly objects: Set<ManagedObject>;
}

/** An object that does nothing but take calls. */
export class Service extends ManagedObject {
  readonly type: string;

  constructor(type: string) {
    super(type);
    this.type = type;
  }

  properties(): Properties {
    return {};
  }
}

/** A vCenter: what it holds, and who is signed in. */
export class VCenter {
  readonly options: VCenterOptions;
  readonly registry = new Registry();
  readonly tasks: Tasks;
  readonly root: Folder;
  readonly libraries = new Libraries();
  readonly sessions = new Map<string, Session>();

  constructor(options: VCenterOptions) {
    this.options = options;
    this.tasks = new Tasks(this.registry, options.taskMs);
    for (const type of [
      "ServiceInstance",
      "SessionManager",
      "SearchIndex",
      "FileManager",
      "OvfManager",
    ]) {
      this.registry.add(new Service(type));
    }
    this.registry.add(new PropertyCollector("propertyCollector", this.registry));
    this.root = this.registry.add(
      new Folder(this.registry.newId("group-d"), "Datacenters", undefined),
    );
  }

  close(): void {
    this.tasks.close();
    for (const collector of this.registry.all(PropertyCollector)) collector.close();
  }

  /** @throws {VimFault} `InvalidLogin` */
  signIn(username: string, password: string): Session {
    if (username !== this.options.username || password !== this.options.password) {
      throw new VimFault(
        "InvalidLogin",
        "Cannot complete login due to an incorrect user name or password.",
      );
    }
    const session = { id: randomUUID(), objects: new Set<ManagedObject>() };
    this.sessions.set(session.id, session);
    return session;
  }

  signOut(session: Session): void {
    this.sessions.delete(session.id);
    for (const object of session.objects) {
      if (object instanceof PropertyCollector) object.close();
      this.registry.remove(object);
    }
  }

  /** The child of that name. */
  childOf(entity: Entity, name: string): Entity | undefined {
    return entity.children().find((child) => child.name === name);
  }

  /** The entity at a path such as `/DC0/vm/web-1`. */
  entityAt(path: string): Entity | undefined {
    const names = path.split("/").filter((name) => name !== "");
    let entity: Entity | undefined = this.root;
    for (const name of names) entity = entity && this.childOf(entity, name);
    return entity;
  }

  datacenterOf(entity: Entity): Datacenter {
    let current: Entity | undefined = entity;
    while (current !== undefined && !(current instanceof Datacenter)) current = current.parent;
    if (current === undefined) throw invalidArgument("datacenter");
    return current;
  }

  /** A datastore by a path such as `[datastore1] a/b`. @throws {VimFault} `InvalidDatastorePath` */
  datastorePath(text: string, datacenter: Datacenter): { datastore: Datastore; path: string } {
    const [, name, path = ""] = /^\[([^\]]+)\]\s*(.*)$/s.exec(text) ?? [];
    const datastore = datacenter.datastores.find((one) => one.name === name);
    const isSafe = !path.split("/").includes("..");
    if (datastore !== undefined && isSafe) {
      return { datastore, path: path.replace(/^\/+|\/+$/g, "") };
    }
    throw new VimFault("InvalidDatastorePath", `Invalid datastore path '${text}'.`, {
      datastorePath: text,
    });
  }

  networksOf(datacenter: Datacenter): Network[] {
    return datacenter.folders.network.entries.filter((entry) => entry instanceof Network);
  }

  newFolder(parent: Entity | undefined, name: string): Folder {
    return this.registry.add(new Folder(this.registry.newId("group-v"), name, parent));
  }

  /** @throws {VimFault} `DuplicateName` */
  demandFreeName(folder: Folder, name: string): void {
    if (this.childOf(folder, name) !== undefined) throw duplicateName(name);
  }

  /** Takes a machine out of the inventory, and its files away where they go with it. */
  removeMachine(machine: VirtualMachine): void {
    const { datastore, directory, parent, pool } = machine;
    parent.entries.splice(parent.entries.indexOf(machine), 1);
    pool?.machines.delete(machine);
    for (const path of datastore.files.keys()) {
      if (path.startsWith(`${directory}/`)) datastore.files.delete(path);
    }
    datastore.folders.delete(directory);
    for (const snapshot of machine.snapshots) this.registry.remove(snapshot);
    this.registry.remove(machine);
  }

  /** All machines and templates. */
  get machines(): VirtualMachine[] {
    return this.registry.all(VirtualMachine);
  }
}
