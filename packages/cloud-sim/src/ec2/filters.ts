import { ApiError } from "../frame/errors.ts";
import type { Parameters } from "./parameters.ts";

/** What filters ask of a thing: the values that it has under each of the filter names of its kind. */
export type FilterValues<Thing> = Readonly<
  Record<string, (thing: Thing) => string | readonly string[] | undefined>
>;

/**
 * The things that fit all filters of a request. A filter fits where one of its values does; `*` stands for any
 * characters, `?` for one. Besides those of the kind there are `tag:<key>` and `tag-key`.
 *
 * @throws {ApiError} `InvalidParameterValue` for a filter that the kind does not have.
 */
export function applyFilters<Thing extends { tags: ReadonlyMap<string, string> }>(
  things: readonly Thing[],
  input: Parameters,
  values: FilterValues<Thing>,
): Thing[] {
  const tests = input.structures("Filter").map((filter) => {
    const read = reader(filter.required("Name"), values);
    const patterns = filter.list("Value").map(wildcards);
    return (thing: Thing) => {
      const own = read(thing) ?? [];
      const texts = typeof own === "string" ? [own] : own;
      return texts.some((text) => patterns.some((pattern) => pattern.test(text)));
    };
  });
  return things.filter((thing) => tests.every((test) => test(thing)));
}

function reader<Thing extends { tags: ReadonlyMap<string, string> }>(
  name: string,
  values: FilterValues<Thing>,
): FilterValues<Thing>[string] {
  if (name.startsWith("tag:")) return ({ tags }) => tags.get(name.slice("tag:".length));
  if (name === "tag-key") return ({ tags }) => [...tags.keys()];
  const read = Object.hasOwn(values, name) ? values[name] : undefined;
  if (read !== undefined) return read;
  throw new ApiError(400, "InvalidParameterValue", `The filter '${name}' is invalid`);
}

function wildcards(value: string): RegExp {
  const source = value
    .replace(/[\\^$.|+()[\]{}]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s");
}
