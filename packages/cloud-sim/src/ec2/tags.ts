import type { Parameters } from "./parameters.ts";
import type { XmlContent } from "./xml.ts";

/** Tags as the API shows them; none are left out. */
export function tagSet(tags: ReadonlyMap<string, string>): XmlContent {
  if (tags.size === 0) return undefined;
  return [...tags].map(([key, value]) => ({ key, value }));
}

/** The tags that a request gives to new things of a kind, such as `instance`. */
export function requestedTags(input: Parameters, kind: string): Map<string, string> {
  const specifications = input
    .structures("TagSpecification")
    .filter((specification) => specification.text("ResourceType") === kind);
  return new Map(specifications.flatMap((specification) => readTags(specification)));
}

/** Pairs of `Tag.N.Key` and `Tag.N.Value`. */
export function readTags(input: Parameters): [string, string][] {
  return input
    .structures("Tag")
    .map((tag) => [tag.required("Key"), tag.text("Value") ?? ""] as [string, string]);
}
