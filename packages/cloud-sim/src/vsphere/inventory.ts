import { Entity, ManagedObject, type Properties } from "./objects.ts";
import { data, reference, references, text } from "./values.ts";
import type { VirtualMachine } from "./virtual-machine.ts";

/** A folder of anything. */
export class Folder extends Entity {
  readonly type = "Folder";
  override readonly baseTypes = ["ManagedEntity"];
  readonly entries: Entity[] = [];

  override children(): readonly Entity[] {
    return this.entries;
  }

  override properties(): Properties {
    return { ...super.properties(), childEntity: () => references(this.entries) };
  }
}

export class Datacenter extends Entity {
  readonly type = "Datacenter";
  override readonly baseTypes = ["ManagedEntity"];
  readonly folders: { vm: Folder; host: Folder; datastore: Folder; network: Folder };

  constructor(id: string, name: string, parent: Entity, newFolder: (name: string) => Folder) {
    super(id, name, parent);
    this.folders = {
      vm: newFolder("vm"),
      host: newFolder("host"),
      datastore: newFolder("datastore"),
      network: newFolder("network"),
    };
    for (const folder of Object.values(this.folders)) folder.parent = this;
  }

  get datastores(): Datastore[] {
    return this.folders.datastore.entries.filter((entry) => entry instanceof Datastore);
  }

  override children(): readonly Entity[] {
    return Object.values(this.folders);
  }

  override properties(): Properties {
    const { vm, host, datastore, network } = this.folders;
    return {
      ...super.properties(),
      vmFolder: () => reference(vm),
      hostFolder: () => reference(host),
      datastoreFolder: () => reference(datastore),
      networkFolder: () => reference(network),
      datastore: () => references(datastore.entries),
      network: () => references(network.entries.filter((entry) => entry instanceof Network)),
    };
  }
}

/** A cluster, or the wrapping of a host that is in none. */
export class ComputeResource extends Entity {
  readonly type: "ComputeResource" | "ClusterComputeResource";
  override readonly baseTypes = ["ComputeResource", "ManagedEntity"];
  readonly hosts: HostSystem[] = [];
  readonly pool: ResourcePool;

  constructor(id: string, name: string, parent: Entity, poolId: string, isCluster: boolean) {
    super(id, name, parent);
    this.type = isCluster ? "ClusterComputeResource" : "ComputeResource";
    this.pool = new ResourcePool(poolId, "Resources", this);
  }

  override children(): readonly Entity[] {
    return [...this.hosts, this.pool];
  }

  override properties(): Properties {
    return {
      ...super.properties(),
      host: () => references(this.hosts),
      resourcePool: () => reference(this.pool),
      datastore: () => references(union(this.hosts.map(({ datastores }) => datastores))),
      network: () => references(union(this.hosts.map(({ networks }) => networks))),
    };
  }
}

export class HostSystem extends Entity {
  readonly type = "HostSystem";
  override readonly baseTypes = ["ManagedEntity"];
  readonly datastores: Datastore[] = [];
  readonly networks: Network[] = [];

  override properties(): Properties {
    return {
      ...super.properties(),
      datastore: () => references(this.datastores),
      network: () => references(this.networks),
    };
  }
}

export class ResourcePool extends Entity {
  readonly type = "ResourcePool";
  override readonly baseTypes = ["ManagedEntity"];
  readonly pools: ResourcePool[] = [];
  readonly machines = new Set<VirtualMachine>();

  override children(): readonly Entity[] {
    return [...this.pools, ...this.machines];
  }

  override properties(): Properties {
    return { ...super.properties(), resourcePool: () => references(this.pools) };
  }
}

/** A file of a datastore: its content is kept only where somebody reads it again. */
export interface DatastoreFile {
  readonly size: number;
  readonly content: Buffer | undefined;
}

export class Datastore extends Entity {
  readonly type = "Datastore";
  override readonly baseTypes = ["ManagedEntity"];
  /** How many bytes fit. */
  readonly capacity: number;
  readonly files = new Map<string, DatastoreFile>();
  readonly folders = new Set<string>();
  readonly browser: DatastoreBrowser;

  constructor(id: string, name: string, parent: Entity, browserId: string, capacity: number) {
    super(id, name, parent);
    this.capacity = capacity;
    this.browser = new DatastoreBrowser(browserId, this);
  }

  get free(): number {
    const used = [...this.files.values()].reduce((sum, { size }) => sum + size, 0);
    return this.capacity - used;
  }

  override properties(): Properties {
    return { ...super.properties(), browser: () => reference(this.browser) };
  }
}

export class DatastoreBrowser extends ManagedObject {
  readonly type = "HostDatastoreBrowser";
  readonly datastore: Datastore;

  constructor(id: string, datastore: Datastore) {
    super(id);
    this.datastore = datastore;
  }

  properties(): Properties {
    return {};
  }
}

export class Network extends Entity {
  readonly type: string = "Network";
  override readonly baseTypes: readonly string[] = ["ManagedEntity"];
}

/** A network of a distributed switch. */
export class Portgroup extends Network {
  override readonly type = "DistributedVirtualPortgroup";
  override readonly baseTypes = ["Network", "ManagedEntity"];
  readonly switch: DistributedSwitch;

  constructor(id: string, name: string, parent: Entity, dvs: DistributedSwitch) {
    super(id, name, parent);
    this.switch = dvs;
  }

  override properties(): Properties {
    return {
      ...super.properties(),
      key: () => text(this.id),
      "config.distributedVirtualSwitch": () => reference(this.switch),
      config: () => data("DVPortgroupConfigInfo", { key: this.id, name: this.name }),
    };
  }
}

export class DistributedSwitch extends Entity {
  readonly type = "VmwareDistributedVirtualSwitch";
  override readonly baseTypes = ["DistributedVirtualSwitch", "ManagedEntity"];
  readonly uuid: string;

  constructor(id: string, name: string, parent: Entity, uuid: string) {
    super(id, name, parent);
    this.uuid = uuid;
  }

  override properties(): Properties {
    return { ...super.properties(), uuid: () => text(this.uuid) };
  }
}

function union<Item>(lists: readonly (readonly Item[])[]): Item[] {
  return [...new Set(lists.flat())];
}
