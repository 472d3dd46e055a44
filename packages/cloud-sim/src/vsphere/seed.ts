import { randomUUID } from "node:crypto";
import type { Device } from "./devices.ts";
import {
  ComputeResource,
  Datacenter,
  Datastore,
  DistributedSwitch,
  type Folder,
  HostSystem,
  Network,
  Portgroup,
  ResourcePool,
} from "./inventory.ts";
import { makeMachine } from "./machines.ts";
import type { VCenter } from "./vcenter.ts";
import { Snapshot, type VirtualMachine } from "./virtual-machine.ts";

const GIB = 1024 ** 3;

/** The datacenters that a vCenter has from the start, both alike. */
export const DATACENTERS = ["east", "west"];

/** What each datacenter has, by name. */
export const NAMES = {
  cluster: "cluster-1",
  clusterHosts: ["esx-1", "esx-2"],
  host: "esx-9",
  pool: "images",
  nestedPool: "linux",
  datastores: ["datastore1", "datastore2"],
  /** A datastore that is full. */
  fullDatastore: "full",
  network: "VM Network",
  portgroup: "web",
  folder: "templates",
  template: "debian-12",
} as const;

/** Fills a vCenter: datacenters with a cluster, a host of its own, storage, networks and a template. */
export function seedVCenter(vcenter: VCenter, machines: number): void {
  for (const name of DATACENTERS) seedDatacenter(vcenter, name, machines);
}

function seedDatacenter(vcenter: VCenter, name: string, machines: number): void {
  const { registry, root } = vcenter;
  const datacenter = new Datacenter(registry.newId("datacenter"), name, root, (folder) =>
    vcenter.newFolder(undefined, folder),
  );
  registry.add(datacenter);
  root.entries.push(datacenter);
  const datastores = seedStorage(vcenter, datacenter);
  const networks = seedNetworks(vcenter, datacenter);
  const newHost = (hostName: string, compute: ComputeResource) => {
    const host = registry.add(new HostSystem(registry.newId("host"), hostName, compute));
    host.datastores.push(...datastores);
    host.networks.push(...networks);
    compute.hosts.push(host);
  };
  const cluster = newCompute(vcenter, datacenter, NAMES.cluster, true);
  for (const host of NAMES.clusterHosts) newHost(host, cluster);
  newHost(NAMES.host, newCompute(vcenter, datacenter, NAMES.host, false));
  const images = newPool(vcenter, NAMES.pool, cluster.pool);
  newPool(vcenter, NAMES.nestedPool, images);
  seedMachines(vcenter, datacenter, cluster, machines);
  const { id } = datastores[0] as Datastore;
  vcenter.libraries.add({ name: `${name}-library`, type: "LOCAL", datastore: id });
  vcenter.libraries.add({ name: `${name}-mirror`, type: "SUBSCRIBED", datastore: id });
}

function seedStorage({ registry }: VCenter, { folders }: Datacenter): Datastore[] {
  const add = (name: string, capacity: number) => {
    const ids = [registry.newId("datastore"), registry.newId("browser")] as const;
    const datastore = registry.add(
      new Datastore(ids[0], name, folders.datastore, ids[1], capacity),
    );
    registry.add(datastore.browser);
    folders.datastore.entries.push(datastore);
    return datastore;
  };
  const usual = NAMES.datastores.map((name) => add(name, 100 * GIB));
  return [...usual, add(NAMES.fullDatastore, 0)];
}

function seedNetworks(
  { registry }: VCenter,
  { folders: { network: folder } }: Datacenter,
): Network[] {
  const network = registry.add(new Network(registry.newId("network"), NAMES.network, folder));
  const dvs = registry.add(
    new DistributedSwitch(registry.newId("dvs"), "switch", folder, randomUUID()),
  );
  const id = registry.newId("dvportgroup");
  const portgroup = registry.add(new Portgroup(id, NAMES.portgroup, folder, dvs));
  folder.entries.push(network, dvs, portgroup);
  return [network, portgroup];
}

function newCompute(
  { registry }: VCenter,
  { folders: { host: folder } }: Datacenter,
  name: string,
  isCluster: boolean,
): ComputeResource {
  const id = registry.newId(isCluster ? "domain-c" : "domain-s");
  const poolId = registry.newId("resgroup");
  const compute = registry.add(new ComputeResource(id, name, folder, poolId, isCluster));
  registry.add(compute.pool);
  folder.entries.push(compute);
  return compute;
}

function newPool({ registry }: VCenter, name: string, parent: ResourcePool): ResourcePool {
  const pool = registry.add(new ResourcePool(registry.newId("resgroup"), name, parent));
  parent.pools.push(pool);
  return pool;
}

function seedMachines(
  vcenter: VCenter,
  { datastores, folders }: Datacenter,
  cluster: ComputeResource,
  machines: number,
): void {
  const folder = vcenter.newFolder(folders.vm, NAMES.folder);
  folders.vm.entries.push(folder);
  const place = (where: Folder) => ({
    folder: where,
    datastore: datastores[0] as Datastore,
    host: cluster.hosts[0] as HostSystem,
    pool: cluster.pool,
  });
  const template = makeMachine(vcenter, NAMES.template, place(folder), undefined);
  template.devices = [...template.devices, ...TEMPLATE_DEVICES];
  template.guestId = "debian12_64Guest";
  addSnapshot(vcenter, template);
  template.isTemplate = true;
  cluster.pool.machines.delete(template);
  template.pool = undefined;
  for (let index = 1; index <= machines; index++) {
    makeMachine(vcenter, `machine-${index}`, place(folders.vm), undefined);
  }
}

function addSnapshot({ registry }: VCenter, machine: VirtualMachine): void {
  const snapshot = new Snapshot(registry.newId("snapshot"), "base", machine);
  machine.snapshots.push(registry.add(snapshot));
}

const TEMPLATE_DEVICES: readonly Device[] = [
  { key: 1000, type: "VirtualLsiLogicController", elements: { busNumber: 0 } },
  {
    key: 2000,
    type: "VirtualDisk",
    elements: {
      backing: {
        "@xsi:type": "VirtualDiskFlatVer2BackingInfo",
        fileName: `[${NAMES.datastores[0]}] template/disk.vmdk`,
        diskMode: "persistent",
      },
      controllerKey: 1000,
      unitNumber: 0,
      capacityInKB: 8 * 1024 * 1024,
    },
  },
  {
    key: 4000,
    type: "VirtualVmxnet3",
    elements: {
      backing: {
        "@xsi:type": "VirtualEthernetCardNetworkBackingInfo",
        deviceName: NAMES.network,
      },
      connectable: { startConnected: true, allowGuestControl: true, connected: true },
      controllerKey: 100,
      unitNumber: 7,
      addressType: "assigned",
      macAddress: "00:50:56:00:00:07",
    },
  },
];
