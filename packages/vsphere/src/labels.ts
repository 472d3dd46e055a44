import {
  type ObjectProperties,
  propertiesOf,
  retrieveProperties,
} from "./vim25/property-collector.ts";
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
  const machine = await propertiesOf(session, vm, PROPERTIES, { signal });
  const datastores = machine.references("datastore");
  const networks = machine.references("network");
  const [names, pool] = await Promise.all([
    namesOf(session, [...datastores, ...networks], signal),
    poolPath(session, machine.get("resourcePool")?.reference, signal),
  ]);
  const named = (references: readonly ManagedObjectReference[]) =>
    references.map(({ value }) => names.get(value) ?? "");
  const labels = {
    vsphere_uuid: machine.text("config.uuid"),
    annotation: machine.text("config.annotation"),
    num_cpu: machine.text("config.hardware.numCPU"),
    memory_mb: machine.text("config.hardware.memoryMB"),
    resource_pool: pool,
    ...numbered("datastore", named(datastores)),
    ...numbered("network", named(networks)),
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

/** The path of a pool below the root pool of its cluster or host; empty for the root pool itself. */
async function poolPath(
  session: VimSession,
  pool: ManagedObjectReference | undefined,
  signal?: AbortSignal,
): Promise<string> {
  const names: string[] = [];
  let current = pool;
  while (current !== undefined && !current.type.endsWith("ComputeResource")) {
    const properties: ObjectProperties = await propertiesOf(session, current, ["name", "parent"], {
      signal,
    });
    names.unshift(properties.text("name"));
    current = properties.get("parent")?.reference;
  }
  return names.slice(1).join("/");
}
