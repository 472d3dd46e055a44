import { VSphereError } from "../errors.ts";
import { propertiesOf, retrieveProperties } from "../vim25/property-collector.ts";
import { type ManagedObjectReference, referenceText, referenceXml } from "../vim25/reference.ts";
import type { VimSession } from "../vim25/session.ts";
import type { XmlElements } from "../vim25/xml.ts";
import type { Datacenter } from "./datacenter.ts";
import { findAt, isPath, listOf, type Named, onlyOne } from "./named.ts";

/** An id such as `Network:network-7` or `DistributedVirtualPortgroup::dvportgroup-8`. */
const ID = /^(Network|DistributedVirtualPortgroup|OpaqueNetwork)::?([\w.-]+)$/;

const NETWORK_TYPES = ["Network", "DistributedVirtualPortgroup", "OpaqueNetwork"];

/**
 * Finds a network by its name, path or id; where none is given, the only one of `reachable`. Of several that have the
 * name, the one that is `reachable` counts.
 *
 * @throws {VSphereError} `NOT_FOUND`, `AMBIGUOUS`.
 */
export async function findNetwork(
  session: VimSession,
  datacenter: Datacenter,
  name: string,
  reachable: readonly ManagedObjectReference[],
  signal?: AbortSignal,
): Promise<ManagedObjectReference> {
  const sought = { kind: "network", attribute: "network", name, datacenter: datacenter.path };
  const [, type, value] = ID.exec(name) ?? [];
  if (type !== undefined && value !== undefined) return { type, value };
  if (isPath(name)) {
    const found = await findAt(session, `${datacenter.path}/network`, name, signal);
    const fitting = found !== undefined && NETWORK_TYPES.includes(found.reference.type);
    return onlyOne(fitting ? [found] : [], sought).reference;
  }
  if (name === "") return onlyReachable(reachable);
  const all = await listNetworks(session, datacenter, signal);
  const named = all.filter((one) => one.name === name);
  const near = named.filter(({ reference }) =>
    reachable.some((other) => referenceText(other) === referenceText(reference)),
  );
  return onlyOne(near.length === 1 ? near : named, sought, all).reference;
}

function onlyReachable(reachable: readonly ManagedObjectReference[]): ManagedObjectReference {
  const [only, ...others] = reachable;
  if (only !== undefined && others.length === 0) return only;
  const count = only === undefined ? "no network" : "several networks";
  const ids = listOf(reachable.map(referenceText));
  throw new VSphereError(
    only === undefined ? "NOT_FOUND" : "AMBIGUOUS",
    `the cluster or host has ${count}${ids === "" ? "" : ` (${ids})`}; name one in the attribute network`,
  );
}

async function listNetworks(
  session: VimSession,
  { reference }: Datacenter,
  signal?: AbortSignal,
): Promise<Named[]> {
  const spec = {
    from: [reference],
    paths: { Network: ["name"] },
    along: [{ type: "Datacenter", path: "network" }],
  };
  const found = await retrieveProperties(session, spec, { signal });
  return found.map((one) => ({
    reference: one.reference,
    name: one.text("name"),
    path: referenceText(one.reference),
  }));
}

/**
 * What an adapter is connected to the network with. Source: govmomi `object/network.go`,
 * `object/distributed_virtual_portgroup.go` and `object/opaque_network.go`.
 */
export async function networkBacking(
  session: VimSession,
  network: ManagedObjectReference,
  signal?: AbortSignal,
): Promise<XmlElements> {
  switch (network.type) {
    case "DistributedVirtualPortgroup":
      return await portgroupBacking(session, network, signal);
    case "OpaqueNetwork": {
      const { text } = await summaryOf(session, network, signal);
      return {
        "@xsi:type": "VirtualEthernetCardOpaqueNetworkBackingInfo",
        opaqueNetworkId: text("opaqueNetworkId"),
        opaqueNetworkType: text("opaqueNetworkType"),
      };
    }
    default: {
      const properties = await propertiesOf(session, network, ["name"], { signal });
      return {
        "@xsi:type": "VirtualEthernetCardNetworkBackingInfo",
        deviceName: properties.text("name"),
        network: referenceXml(network),
      };
    }
  }
}

async function portgroupBacking(
  session: VimSession,
  portgroup: ManagedObjectReference,
  signal?: AbortSignal,
): Promise<XmlElements> {
  const paths = ["key", "config.distributedVirtualSwitch"];
  const properties = await propertiesOf(session, portgroup, paths, { signal });
  const own = properties.get("config.distributedVirtualSwitch")?.reference;
  const dvs = own && (await propertiesOf(session, own, ["uuid"], { signal }));
  if (dvs === undefined) {
    throw new VSphereError(
      "UNSUITABLE",
      `the network ${referenceText(portgroup)} is on no switch that the user may see`,
    );
  }
  return {
    "@xsi:type": "VirtualEthernetCardDistributedVirtualPortBackingInfo",
    port: { switchUuid: dvs.text("uuid"), portgroupKey: properties.text("key") },
  };
}

async function summaryOf(
  session: VimSession,
  network: ManagedObjectReference,
  signal?: AbortSignal,
): Promise<{ text: (name: string) => string }> {
  const properties = await propertiesOf(session, network, ["summary"], { signal });
  const summary = properties.get("summary");
  return { text: (name) => summary?.childText(name) ?? "" };
}
