import type { CtyNumber } from "./number.ts";
import { type CtyType, ctyType } from "./type.ts";

/** What is known of a value that is not known yet. */
export interface CtyRefinement {
  readonly notNull?: boolean;
  /** What a string starts with. */
  readonly prefix?: string;
  /** The bounds of a number. */
  readonly min?: CtyBound;
  readonly max?: CtyBound;
  /** The bounds of a collection's length. */
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** One end of a range of numbers. */
export interface CtyBound {
  readonly value: CtyNumber;
  readonly inclusive: boolean;
}

/**
 * A value of HCL2's type system, with its type.
 *
 * Source: zclconf/go-cty `docs/concepts.md`, `docs/refinements.md`.
 */
export type CtyValue =
  | { readonly kind: "null"; readonly type: CtyType }
  | { readonly kind: "unknown"; readonly type: CtyType; readonly refinement?: CtyRefinement }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "number"; readonly value: CtyNumber }
  | { readonly kind: "bool"; readonly value: boolean }
  | {
      readonly kind: "list" | "set";
      readonly element: CtyType;
      readonly items: readonly CtyValue[];
    }
  | {
      readonly kind: "map";
      readonly element: CtyType;
      readonly entries: ReadonlyMap<string, CtyValue>;
    }
  | { readonly kind: "tuple"; readonly items: readonly CtyValue[] }
  | { readonly kind: "object"; readonly attributes: ReadonlyMap<string, CtyValue> };

/** The type of a value. */
export function ctyTypeOf(value: CtyValue): CtyType {
  switch (value.kind) {
    case "null":
    case "unknown":
      return value.type;
    case "list":
    case "set":
    case "map":
      return { kind: value.kind, element: value.element };
    case "tuple":
      return ctyType.tuple(value.items.map(ctyTypeOf));
    case "object":
      return {
        kind: "object",
        attributes: new Map([...value.attributes].map(([name, item]) => [name, ctyTypeOf(item)])),
      };
    default:
      return ctyType[value.kind];
  }
}

/** A string value: well-formed and in Unicode's normal form C, as all strings in cty are. */
export function stringValue(text: string): CtyValue {
  return { kind: "string", value: cleanText(text) };
}

/** Text as cty keeps it. */
export function cleanText(text: string): string {
  return text.toWellFormed().normalize();
}

/**
 * The items of a set: those that are the same as an earlier one are left out, and strings are sorted, as in Go. Unknown
 * ones may turn out to differ, and all stay.
 */
export function setItems(items: readonly CtyValue[]): CtyValue[] {
  const seen = new Set<string>();
  const distinct = items.filter((item) => {
    const identity = identityOf(item);
    if (identity === undefined) return true;
    return !seen.has(identity) && seen.add(identity);
  });
  return distinct.sort((left, right) => {
    if (left.kind !== "string" || right.kind !== "string") return 0;
    return left.value < right.value ? -1 : 1;
  });
}

/** A text that is the same for equal values of one type; undefined where a value is not known. */
function identityOf(value: CtyValue): string | undefined {
  switch (value.kind) {
    case "unknown":
      return undefined;
    case "null":
      return "null";
    case "list":
    case "set":
    case "tuple":
      return joined(value.items.map((item) => ["", item]));
    case "map":
      return joined([...value.entries].sort(byName));
    case "object":
      return joined([...value.attributes].sort(byName));
    default:
      return JSON.stringify(String(value.value));
  }
}

function joined(items: readonly (readonly [string, CtyValue])[]): string | undefined {
  const identities = items.map(([name, item]) => [name, identityOf(item)]);
  return identities.some(([, identity]) => identity === undefined)
    ? undefined
    : JSON.stringify(identities);
}

function byName([left]: readonly [string, CtyValue], [right]: readonly [string, CtyValue]): number {
  return left < right ? -1 : 1;
}
