import { VSphereError } from "../errors.ts";
import { retrieveProperties } from "../vim25/property-collector.ts";
import type { ManagedObjectReference } from "../vim25/reference.ts";
import type { VimSession } from "../vim25/session.ts";
import type { Datacenter } from "./datacenter.ts";
import { findAt, isPath, listOf, type Named, onlyOne } from "./named.ts";

/**
 * Finds a datastore by its name or path; where neither is given, the only one of `reachable`.
 *
 * @throws {VSphereError} `NOT_FOUND`, `AMBIGUOUS`.
 */
export async function findDatastore(
  session: VimSession,
  datacenter: Datacenter,
  name: string,
  reachable: readonly ManagedObjectReference[],
  signal?: AbortSignal,
  attribute = "datastore",
): Promise<Named> {
  const sought = { kind: "datastore", attribute, name, datacenter: datacenter.path };
  if (isPath(name)) {
    const found = await findAt(session, `${datacenter.path}/datastore`, name, signal);
    return onlyOne(found?.reference.type === "Datastore" ? [found] : [], sought);
  }
  if (name !== "") {
    const all = await listDatastores(session, datacenter, signal);
    return onlyOne(
      all.filter((one) => one.name === name),
      sought,
      all,
    );
  }
  const spec = { from: reachable, paths: { Datastore: ["name"] } };
  const named = reachable.length === 0 ? [] : await retrieveProperties(session, spec, { signal });
  const [only, ...others] = named;
  if (only !== undefined && others.length === 0) {
    const own = only.text("name");
    return { reference: only.reference, name: own, path: own };
  }
  const names = named.map((one) => one.text("name"));
  throw new VSphereError(
    only === undefined ? "NOT_FOUND" : "AMBIGUOUS",
    `the cluster or host has ${only === undefined ? "no datastore" : `several datastores: ${listOf(names)}`}; name one in the attribute ${attribute}`,
  );
}

async function listDatastores(
  session: VimSession,
  { reference, path }: Datacenter,
  signal?: AbortSignal,
): Promise<Named[]> {
  const spec = {
    from: [reference],
    paths: { Datastore: ["name"] },
    along: [{ type: "Datacenter", path: "datastore" }],
  };
  const found = await retrieveProperties(session, spec, { signal });
  return found.map((one) => ({
    reference: one.reference,
    name: one.text("name"),
    path: `${path}/datastore/${one.text("name")}`,
  }));
}
