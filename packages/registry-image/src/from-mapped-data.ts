import { describeValue, RegistryImageError } from "./errors.ts";
import type { Image } from "./image.ts";

/**
 * Makes one image for each entry of a map or a record, such as `{ "us-east-1": "ami-0abc" }`.
 * Entries are taken by sorted key, so that a rebuild answers the same bytes; `toImage` runs once an entry, and the
 * first error ends it.
 *
 * ```ts
 * const images = fromMappedData(amis, (region, ami) =>
 *   fromArtifact(artifact, withProvider("aws"), withId(ami), withRegion(region)),
 * );
 * ```
 *
 * Source: `FromMappedData`, packer-plugin-sdk `packer/registry/image/image.go` (whose order is random).
 *
 * @throws {RegistryImageError} `NOT_A_MAP` where `data` is neither a Map nor a record; whatever `toImage` throws.
 */
export function fromMappedData<Key, Value>(
  data: ReadonlyMap<Key, Value>,
  toImage: (key: Key, value: Value) => Image,
): Image[];
export function fromMappedData<Value>(
  data: Readonly<Record<string, Value>>,
  toImage: (key: string, value: Value) => Image,
): Image[];
export function fromMappedData(
  data: unknown,
  toImage: (key: never, value: never) => Image,
): Image[] {
  const call = toImage as (key: unknown, value: unknown) => Image;
  if (data instanceof Map) {
    return [...data.keys()].sort().map((key) => call(key, data.get(key)));
  }
  if (isRecord(data)) {
    return Object.keys(data)
      .sort()
      .map((key) => call(key, data[key]));
  }
  throw new RegistryImageError(
    "NOT_A_MAP",
    `fromMappedData takes a Map or a record, not ${describeValue(data)}: pass, for instance, { "us-east-1": "ami-0abc" }`,
  );
}

function isRecord(data: unknown): data is Record<string, unknown> {
  if (typeof data !== "object" || data === null) return false;
  const prototype = Object.getPrototypeOf(data);
  return prototype === null || prototype === Object.prototype;
}
