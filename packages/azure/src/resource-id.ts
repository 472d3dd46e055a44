import { AzureError } from "./errors.ts";

/** What an id such as `/subscriptions/…/resourceGroups/…/providers/Microsoft.Compute/images/web-1` is made of. */
export interface ResourceId {
  subscription: string;
  group: string;
  /** The provider and the types below it, such as `Microsoft.Compute/galleries/images`. */
  type: string;
  /** One name a type, such as `["gallery", "web"]`. */
  names: readonly string[];
}

/** The versions of Azure's API that speak of resources by their ids, by the type's beginning. */
const API_VERSIONS: readonly (readonly [type: string, version: string])[] = [
  ["microsoft.compute/galleries", "2023-07-03"],
  ["microsoft.compute/disks", "2024-03-02"],
  ["microsoft.compute/snapshots", "2024-03-02"],
  ["microsoft.compute/", "2024-07-01"],
  ["microsoft.network/", "2024-05-01"],
  ["microsoft.storage/", "2023-05-01"],
];

/** Writes a resource's id. */
export function formatResourceId({ subscription, group, type, names }: ResourceId): string {
  const [provider, ...types] = type.split("/");
  const path = types.map((part, index) => `${part}/${names[index] ?? ""}`).join("/");
  return `/subscriptions/${subscription}/resourceGroups/${group}/providers/${provider}/${path}`;
}

/** Reads a resource's id. @throws {AzureError} `BAD_RESOURCE_ID` */
export function parseResourceId(id: string): ResourceId {
  const [, subscription, group, provider, rest] =
    /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/([^/]+)\/(.+)$/i.exec(id) ?? [];
  const parts = rest?.split("/") ?? [];
  const isWhole = parts.length > 0 && parts.length % 2 === 0 && parts.every((part) => part !== "");
  if (subscription === undefined || group === undefined || provider === undefined || !isWhole) {
    throw new AzureError(
      "BAD_RESOURCE_ID",
      `${JSON.stringify(id)} is no resource's id; it must be /subscriptions/<subscription>/resourceGroups/<group>/providers/<provider>/<type>/<name>`,
    );
  }
  const types = parts.filter((_, index) => index % 2 === 0);
  return {
    subscription,
    group,
    type: [provider, ...types].join("/"),
    names: parts.filter((_, index) => index % 2 === 1),
  };
}

/** The version of the API by which a resource is read, made and deleted. @throws {AzureError} `BAD_RESOURCE_ID` */
export function apiVersionOf(id: string): string {
  const type = parseResourceId(id).type.toLowerCase();
  const found = API_VERSIONS.find(([beginning]) => type.startsWith(beginning));
  if (found !== undefined) return found[1];
  throw new AzureError("BAD_RESOURCE_ID", `${id} is of a type that this plugin does not know`);
}

/** A resource for people: the last of its types in words, and its name. */
export function describeResource(id: string): string {
  const { type, names } = parseResourceId(id);
  return `${type.split("/").at(-1)} ${names.join("/")}`;
}
