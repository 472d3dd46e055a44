import { VSphereError } from "../errors.ts";
import { type ObjectProperties, retrieveProperties } from "../vim25/property-collector.ts";
import type { ManagedObjectReference } from "../vim25/reference.ts";
import type { VimSession } from "../vim25/session.ts";

/** A datacenter and the folders that it has from the start. */
export interface Datacenter {
  readonly reference: ManagedObjectReference;
  readonly name: string;
  /** Its inventory path, such as `/DC0` or `/europe/DC0`. */
  readonly path: string;
  readonly vmFolder: ManagedObjectReference;
  readonly hostFolder: ManagedObjectReference;
}

const PROPERTIES = ["name", "vmFolder", "hostFolder"];

/**
 * Finds a datacenter by its name or path; where neither is given, the only one.
 *
 * @throws {VSphereError} `NOT_FOUND`, `AMBIGUOUS`; the message lists those that there are.
 */
export async function findDatacenter(
  session: VimSession,
  name: string,
  signal?: AbortSignal,
): Promise<Datacenter> {
  const path = `/${name.replace(/^\/|\/$/g, "")}`;
  const all = await listDatacenters(session, signal);
  const exact = all.find((datacenter) => datacenter.path === path);
  if (exact !== undefined) return exact;
  const fitting = all.filter((datacenter) => name === "" || datacenter.name === name);
  const [only, ...others] = fitting;
  const known = all.map((datacenter) => datacenter.path).join(", ") || "none";
  if (only === undefined) {
    throw new VSphereError(
      "NOT_FOUND",
      name === ""
        ? "the vCenter has no datacenter that the user may see"
        : `there is no datacenter "${name}"; there are ${known}: check the attribute datacenter`,
    );
  }
  if (others.length === 0) return only;
  throw new VSphereError(
    "AMBIGUOUS",
    `there are several datacenters${name === "" ? "" : ` "${name}"`}: ${fitting.map((one) => one.path).join(", ")}; name one in the attribute datacenter`,
  );
}

async function listDatacenters(session: VimSession, signal?: AbortSignal): Promise<Datacenter[]> {
  const { rootFolder } = await session.content();
  const spec = {
    from: [rootFolder],
    paths: { Datacenter: [...PROPERTIES, "parent"], Folder: ["name", "parent"] },
    along: [{ type: "Folder", path: "childEntity" }],
  };
  const found = await retrieveProperties(session, spec, { signal });
  const byId = new Map(found.map((object) => [object.reference.value, object]));
  return found
    .filter(({ reference }) => reference.type === "Datacenter")
    .map((object) => read(pathOf(object, byId), object));
}

/** The inventory path of an object, as far up as its parents are known. */
export function pathOf(
  object: ObjectProperties,
  known: ReadonlyMap<string, ObjectProperties>,
): string {
  const parent = known.get(object.get("parent")?.reference?.value ?? "");
  return `${parent === undefined ? "" : pathOf(parent, known)}/${object.text("name")}`;
}

function read(path: string, properties: ObjectProperties): Datacenter {
  const { reference } = properties;
  return {
    reference,
    name: properties.text("name"),
    path,
    vmFolder: properties.get("vmFolder")?.reference ?? reference,
    hostFolder: properties.get("hostFolder")?.reference ?? reference,
  };
}
