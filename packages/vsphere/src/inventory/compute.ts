import { VSphereError } from "../errors.ts";
import { retrieveProperties } from "../vim25/property-collector.ts";
import type { ManagedObjectReference } from "../vim25/reference.ts";
import { findChild } from "../vim25/search-index.ts";
import type { VimSession } from "../vim25/session.ts";
import { type Datacenter, pathOf } from "./datacenter.ts";
import { isPath, type Named, onlyOne } from "./named.ts";

/** Where a machine runs. */
export interface Compute {
  readonly cluster: ManagedObjectReference | undefined;
  /** The host, where one was named. */
  readonly host: ManagedObjectReference | undefined;
  readonly pool: ManagedObjectReference;
  /** What the host or the cluster can reach. */
  readonly datastores: readonly ManagedObjectReference[];
  readonly networks: readonly ManagedObjectReference[];
}

/** The settings that say where a machine runs. */
export interface Placement {
  readonly cluster: string;
  readonly host: string;
  readonly resource_pool: string;
}

/**
 * Finds the cluster, the host and the resource pool.
 *
 * @throws {VSphereError} `NOT_FOUND`, `AMBIGUOUS`; `UNSUITABLE` for a host that is not one of the cluster's.
 */
export async function findCompute(
  session: VimSession,
  datacenter: Datacenter,
  placement: Placement,
  signal?: AbortSignal,
): Promise<Compute> {
  const { clusters, hosts } = await listCompute(session, datacenter, signal);
  const pick = (kind: string, attribute: "cluster" | "host", from: readonly Named[]) => {
    const name = placement[attribute];
    const sought = { kind, attribute, name, datacenter: datacenter.path };
    return onlyOne(from.filter(fits(name)), sought, from);
  };
  const cluster = placement.cluster === "" ? undefined : pick("cluster", "cluster", clusters);
  const host = placement.host === "" ? undefined : pick("host", "host", hosts);
  if (cluster !== undefined && host !== undefined && !host.path.startsWith(`${cluster.path}/`)) {
    throw new VSphereError(
      "UNSUITABLE",
      `the host "${placement.host}" is not in the cluster "${placement.cluster}"; it is ${host.path}`,
    );
  }
  const place = host ?? cluster;
  if (place === undefined)
    throw new VSphereError("NOT_FOUND", "neither a host nor a cluster is named");
  const { root, datastores, networks } = await readPlace(session, place.reference, signal);
  return {
    cluster: cluster?.reference,
    host: host?.reference,
    pool: await findPool(session, root, placement, signal),
    datastores,
    networks,
  };
}

async function findPool(
  session: VimSession,
  root: ManagedObjectReference,
  { resource_pool: path }: Placement,
  signal?: AbortSignal,
): Promise<ManagedObjectReference> {
  const names = path.split("/").filter((name) => name !== "");
  let pool = root;
  for (const name of names) {
    const found = await findChild(session, pool, name, { signal });
    if (found === undefined || !POOL_TYPES.includes(found.type)) {
      throw new VSphereError(
        "NOT_FOUND",
        `there is no resource pool "${path}": check the attribute resource_pool, a path below the root pool of the cluster or host`,
      );
    }
    pool = found;
  }
  return pool;
}

const POOL_TYPES = ["ResourcePool", "VirtualApp"];

/**
 * Reads what a host or a cluster can reach, and its root pool. A host has no pool of its own: it has that of the cluster,
 * or of the wrapping, that it is in.
 */
async function readPlace(
  session: VimSession,
  place: ManagedObjectReference,
  signal?: AbortSignal,
): Promise<Pick<Compute, "datastores" | "networks"> & { root: ManagedObjectReference }> {
  const reachable = ["datastore", "network"];
  const spec = {
    from: [place],
    paths: { ComputeResource: ["resourcePool"], [place.type]: [...reachable, ...poolOf(place)] },
    along: [{ type: "HostSystem", path: "parent" }],
    andFrom: true,
  };
  const found = await retrieveProperties(session, spec, { signal });
  const own = found.find(({ reference }) => reference.value === place.value);
  const root = found.map((one) => one.get("resourcePool")?.reference).find(Boolean);
  if (own === undefined || root === undefined) {
    throw new VSphereError(
      "BAD_ANSWER",
      "the vCenter tells no resource pool of the cluster or host",
    );
  }
  return {
    root,
    datastores: own.references("datastore"),
    networks: own.references("network"),
  };
}

function poolOf({ type }: ManagedObjectReference): string[] {
  return type === "HostSystem" ? [] : ["resourcePool"];
}

/** The clusters and the hosts of a datacenter, with their paths. */
async function listCompute(
  session: VimSession,
  { path, hostFolder }: Datacenter,
  signal?: AbortSignal,
): Promise<{ clusters: Named[]; hosts: Named[] }> {
  const properties = ["name", "parent"];
  const spec = {
    from: [hostFolder],
    paths: { Folder: properties, ComputeResource: properties, HostSystem: properties },
    along: [
      { type: "Folder", path: "childEntity" },
      { type: "ComputeResource", path: "host" },
    ],
  };
  const found = await retrieveProperties(session, spec, { signal });
  const known = new Map(found.map((object) => [object.reference.value, object]));
  const named = (type: string): Named[] =>
    found
      .filter(({ reference }) => reference.type === type)
      .map((object) => ({
        reference: object.reference,
        name: object.text("name"),
        path: `${path}/host${pathOf(object, known)}`,
      }));
  return { clusters: named("ClusterComputeResource"), hosts: named("HostSystem") };
}

/** A path fits its end: `folder/host` is the host, and so is the machine of that name that it is wrapped in. */
function fits(name: string): (one: Named) => boolean {
  if (!isPath(name)) return (one) => one.name === name;
  const end = `/${name.replace(/^\/|\/$/g, "")}`;
  return ({ path, name: own }) =>
    [path, path.replace(`/${own}/${own}`, `/${own}`)].some((full) =>
      name.startsWith("/") ? full === end : full.endsWith(end),
    );
}
