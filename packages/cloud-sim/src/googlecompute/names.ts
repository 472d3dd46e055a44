import { randomBytes } from "node:crypto";
import { invalid } from "./errors.ts";

/** Where the API says that its resources are, whatever address it was reached at. */
const BASE = "https://www.googleapis.com/compute/v1/";

const RESOURCE_NAME = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** The full URL of a resource's path. */
export function selfLink(path: string): string {
  return `${BASE}${path}`;
}

/**
 * The path of a resource that a request names by full URL, by `/compute/v1/…`, by `projects/…`, or by what follows the
 * project: `zones/…`, `global/…`.
 */
export function resourcePath(reference: string, project: string): string {
  const path = reference.replace(/^https?:\/\/[^/]+/, "").replace(/^\/?(compute\/v1\/)?/, "");
  return path.startsWith("projects/") ? path : `projects/${project}/${path}`;
}

/** The last part of a path or a URL. */
export function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** A new resource's name, checked. */
export function checkedName(value: unknown, field: string): string {
  if (typeof value === "string" && RESOURCE_NAME.test(value)) return value;
  throw invalid(field, value, "Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'");
}

/** A number such as resources have for an id. */
export function newId(): string {
  return String(randomBytes(8).readBigUInt64BE() >> 1n);
}
