import { pathOf } from "./inventory/datacenter.ts";
import { ObjectProperties, retrieveProperties } from "./vim25/property-collector.ts";
import type { ManagedObjectReference } from "./vim25/reference.ts";
import type { VimSession } from "./vim25/session.ts";

/** What is read from a machine for the registry. */
export interface MachineFacts {
  readonly labels: Readonly<Record<string, string>>;
  readonly instanceUuid: string;
}

const PROPERTIES = [
  "config.uuid",
  "config.instanceUuid",
  "config.annotation",
  "config.hardware.numCPU",
  "config.hardware.memoryMB",
  "resourcePool",
  "datastore",
  "network",
];

/**
 * Reads the labels of a machine from the machine itself.
 *
 * Source: packer-plugin-vsphere `common/hcp_metadata.go`; unlike there, every network is told by its name.
 */
export async function readMachineFacts(
  session: VimSession,
  vm: ManagedObjectReference,
  signal?: AbortSignal,
): Promise<MachineFacts> {
  const spec = {
    from: [vm],
    paths: { VirtualMachine: PROPERTIES, Datastore: ["name"], Network: ["name"] },
    along: ["datastore", "network"].map((path) => ({ type: vm.type, path })),
    andFrom: true,
  };
  const found = await retrieveProperties(session, spec, { signal });
  const known = new Map(found.map((one) => [one.reference.value, one]));
  const machine = known.get(vm.value) ?? new ObjectProperties(vm, new Map());
  const named = (references: readonly ManagedObjectReference[]) =>
    references.map(({ value }) => known.get(value)?.text("name") ?? "");
  const labels = {
    vsphere_uuid: machine.text("config.uuid"),
    annotation: machine.text("config.annotation"),
    num_cpu: machine.text("config.hardware.numCPU"),
    memory_mb: machine.text("config.hardware.memoryMB"),
    resource_pool: await poolPath(session, machine.get("resourcePool")?.reference, signal),
    ...numbered("datastore", named(machine.references("datastore"))),
    ...numbered("network", named(machine.references("network"))),
  };
  return { labels: withoutEmpty(labels), instanceUuid: machine.text("config.instanceUuid") };
}

/** Labels for a list: the first has the bare name, the others a number from 1 on. */
export function numbered(label: string, values: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    values.map((value, index) => [index === 0 ? label : `${label}_${index}`, value]),
  );
}

export function withoutEmpty(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ""));
}

/** The names of datastores and networks, by their ids. */
export async function namesOf(
  session: VimSession,
  from: readonly ManagedObjectReference[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  if (from.length === 0) return new Map();
  const paths = { Datastore: ["name"], Network: ["name"] };
  const found = await retrieveProperties(session, { from, paths }, { signal });
  return new Map(found.map((one) => [one.reference.value, one.text("name")]));
}

/** The path of a pool below the root pool of its cluster or host; empty for the root pool itself, and for a template. */
async function poolPath(
  session: VimSession,
  pool: ManagedObjectReference | undefined,
  signal?: AbortSignal,
): Promise<string> {
  if (pool === undefined) return "";
  const spec = {
    from: [pool],
    paths: { ResourcePool: ["name", "parent"] },
    along: [{ type: "ResourcePool", path: "parent" }],
    andFrom: true,
  };
  const found = await retrieveProperties(session, spec, { signal });
  const known = new Map(found.map((one) => [one.reference.value, one]));
  const own = known.get(pool.value);
  const [, , ...names] = own === undefined ? [] : pathOf(own, known).split("/");
  return names.join("/");
}
