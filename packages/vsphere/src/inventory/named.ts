import { VSphereError } from "../errors.ts";
import type { ManagedObjectReference } from "../vim25/reference.ts";
import { findByInventoryPath } from "../vim25/search-index.ts";
import type { VimSession } from "../vim25/session.ts";

/** Something in the inventory, with what tells it from others of its name. */
export interface Named {
  readonly reference: ManagedObjectReference;
  readonly name: string;
  /** Its inventory path, or what else identifies it. */
  readonly path: string;
}

/** Whether a name in the settings is a path. */
export function isPath(name: string): boolean {
  return name.includes("/");
}

/** The object at a path: from the root where it starts with a slash, else below a folder of the datacenter. */
export async function findAt(
  session: VimSession,
  base: string,
  path: string,
  signal?: AbortSignal,
): Promise<Named | undefined> {
  const full = path.startsWith("/") ? path : `${base}/${path}`;
  const reference = await findByInventoryPath(session, full, { signal });
  if (reference === undefined) return undefined;
  return { reference, name: full.replace(/\/$/, "").replace(/^.*\//s, ""), path: full };
}

/** What is said where a look-up does not come to one object. */
export interface Sought {
  /** Such as `template`. */
  readonly kind: string;
  /** The attribute that names it. */
  readonly attribute: string;
  /** What the attribute says. */
  readonly name: string;
  /** The path of the datacenter. */
  readonly datacenter: string;
}

/** How many names a message lists. */
const MAX_LISTED = 20;

/** The only one of those found. @throws {VSphereError} `NOT_FOUND`, `AMBIGUOUS`. */
export function onlyOne<Found extends Named>(
  found: readonly Found[],
  sought: Sought,
  known: readonly Named[] = [],
): Found {
  const [only, ...others] = found;
  const { kind, attribute, name, datacenter } = sought;
  if (only === undefined) {
    const list = known.length === 0 ? "" : `; there are ${listOf(known.map((one) => one.name))}`;
    throw new VSphereError(
      "NOT_FOUND",
      `there is no ${kind} "${name}" in ${datacenter}${list}: check the attribute ${attribute}`,
    );
  }
  if (others.length === 0) return only;
  throw new VSphereError(
    "AMBIGUOUS",
    `${datacenter} has several ${kind}s "${name}": ${listOf(found.map((one) => one.path))}; give the path of one in the attribute ${attribute}`,
  );
}

/** Names for a message, sorted; a long list is cut. */
export function listOf(names: readonly string[]): string {
  const sorted = [...new Set(names)].toSorted();
  const rest = sorted.length - MAX_LISTED;
  return sorted.slice(0, MAX_LISTED).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}
