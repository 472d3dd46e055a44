/** What an id says about its resource. */
export interface ResourceName {
  group: string;
  /** Such as `Microsoft.Compute/galleries/images`. */
  type: string;
  /** Such as `["gallery", "image"]`. */
  names: string[];
}

/** A resource's id; ids are compared without regard to case, see {@link keyOf}. */
export function resourceId(subscription: string, { group, type, names }: ResourceName): string {
  const [namespace = "", ...types] = type.split("/");
  const path = types.map((part, index) => `${part}/${names[index]}`).join("/");
  return `${groupId(subscription, group)}/providers/${namespace}/${path}`;
}

export function groupId(subscription: string, group: string): string {
  return `/subscriptions/${subscription}/resourceGroups/${group}`;
}

/** What two ids have in common where they mean the same resource. */
export function keyOf(id: string): string {
  return id.toLowerCase();
}

/** The last part of an id. */
export function lastPart(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

/** The resource group in an id; empty where there is none. */
export function groupOf(id: string): string {
  return /\/resourceGroups\/([^/]+)/i.exec(id)?.[1] ?? "";
}

/** `West US 2` and `westus2` are the same location. */
export function normalizeLocation(location: string): string {
  return location.replaceAll(" ", "").toLowerCase();
}

/**
 * Rewrites a path so that its fixed parts are spelled as the routes spell them: Resource Manager does not regard case.
 * Paths of blobs stay as they are.
 */
export function pathCanonicalizer(routes: readonly { path: string }[]): (path: string) => string {
  const words = new Map(
    routes
      .flatMap(({ path }) => path.split("/"))
      .filter((word) => !word.includes("{"))
      .map((word) => [word.toLowerCase(), word]),
  );
  return (path) => {
    const parts = path.replace(/^\/+|\/+$/g, "").split("/");
    if (parts[0]?.toLowerCase() !== "subscriptions") return path;
    return parts.reduce((whole, part) => `${whole}/${words.get(part.toLowerCase()) ?? part}`, "");
  };
}
