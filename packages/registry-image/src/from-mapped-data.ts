import { describeValue, RegistryImageError } from "./errors.ts";
import type { Image } from "./image.ts";
import { sortByName } from "./sort-by-name.ts";

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
    const keys = [...data.keys()];
    const values = [...data.values()];
    const order = sortByName(keys.map(String));
    return keys.map((_, place) => {
      const index = order[place] as number;
      return call(keys[index], values[index]);
    });
  }
  if (isRecord(data)) {
    const names = Object.keys(data);
    const values = names.map((name) => data[name]);
    const order = sortByName(names);
    return names.map((name, index) => call(name, values[order[index] as number]));
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
