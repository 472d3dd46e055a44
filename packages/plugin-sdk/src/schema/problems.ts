import type { core } from "zod";
import type { SettingPath } from "./normalise.ts";

/** One thing that is wrong with the settings of a component. */
export interface ConfigProblem {
  /** The attribute as the user wrote it, such as `source_image_filter.owners[0]`; empty for the whole block. */
  attribute: string;
  message: string;
}

/** What Packer puts for a text that it does not know yet. Source: packer `hcl2template/shim/values.go`. */
const NOT_KNOWN_YET = "<unknown>";

/** A path as the user writes it: `disks[0].size`. */
export function attributeName(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
}

/** Names that the component does not have, as problems. */
export function unknownAttribute(path: SettingPath): ConfigProblem {
  return {
    attribute: attributeName(path),
    message: "is not an attribute of this component; check the spelling",
  };
}

/** An issue of zod's in the words of a template: names of attributes, what is missing called so. */
export function problemsOf(issue: core.$ZodIssue, settings: unknown): ConfigProblem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownAttribute([...issue.path, key] as SettingPath));
  }
  return [{ attribute: attributeName(issue.path), message: messageOfIssue(issue, settings) }];
}

/** Whether what is wrong may be due to a value that Packer does not know yet: it put a placeholder there. */
export function isDueToUnknown(issue: core.$ZodIssue, settings: unknown): boolean {
  return holdsPlaceholder(valueAt(settings, issue.path));
}

function messageOfIssue(issue: core.$ZodIssue, settings: unknown): string {
  const isStandard = issue.message.startsWith("Invalid");
  if (!isStandard || issue.code === "custom") return issue.message;
  if (valueAt(settings, issue.path) === undefined) return `is missing${cureOfMissing(issue)}`;
  if (issue.code === "invalid_union") {
    const reasons = issue.errors.flat().map(({ message }) => message);
    if (reasons.length > 0) return [...new Set(reasons)].join("; or: ");
  }
  if (issue.code === "invalid_key") {
    const reasons = issue.issues.map(({ message }) => message);
    return ["is not a valid key", ...new Set(reasons)].join(": ");
  }
  return issue.message;
}

/** What zod expects, in HCL's words, where they are others. */
const HCL_WORDS: Readonly<Record<string, string>> = {
  boolean: "bool",
  int: "number",
  array: "list",
  record: "map",
};

function cureOfMissing(issue: core.$ZodIssue): string {
  if (issue.code === "invalid_value") {
    return `; choose ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
  }
  if (issue.code !== "invalid_type") return "";
  if (issue.expected === "object") return "; add a block of this name";
  return `; give it a ${HCL_WORDS[issue.expected] ?? issue.expected}`;
}

function valueAt(settings: unknown, path: readonly PropertyKey[]): unknown {
  let value = settings;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part))
      return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

function holdsPlaceholder(value: unknown): boolean {
  if (value === NOT_KNOWN_YET) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsPlaceholder);
}
