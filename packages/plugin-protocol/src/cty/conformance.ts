import { CtyError, type CtyPath } from "./errors.ts";
import { type CtyType, ctyTypeName, sameCtyType, withoutOptional } from "./type.ts";
import { type CtyValue, ctyTypeOf } from "./value.ts";

/** A value inside another one, with the type under which it is to be written. */
export interface CtyPart {
  readonly item: CtyValue;
  readonly type: CtyType;
  readonly path: CtyPath;
}

/** A value that consists of others. */
export type CtyCompound = Extract<CtyValue, { kind: "list" | "set" | "map" | "tuple" | "object" }>;

/**
 * Checks that a value that is neither null nor unknown is of the kind that a type asks for.
 *
 * @throws {CtyError} `TYPE_MISMATCH`
 */
export function checkKind(value: CtyValue, type: CtyType, path: CtyPath | undefined): void {
  if (value.kind === type.kind || value.kind === "null" || value.kind === "unknown") return;
  throw new CtyError(
    "TYPE_MISMATCH",
    path,
    `${ctyTypeName(type)} is required, not ${ctyTypeName(ctyTypeOf(value))}`,
  );
}

/**
 * The parts of a value whose kind fits the type, in the order in which they are written: keys and attributes are
 * sorted.
 *
 * @throws {CtyError} `TYPE_MISMATCH` where a tuple or an object does not have the parts that the type asks for.
 */
export function partsOf(
  value: CtyCompound,
  type: CtyType,
  path: CtyPath | undefined,
): readonly CtyPart[] {
  switch (value.kind) {
    case "list":
    case "set": {
      const element = "element" in type ? type.element : value.element;
      return value.items.map((item, step) => ({
        item,
        type: element,
        path: { step, parent: path },
      }));
    }
    case "map": {
      const element = "element" in type ? type.element : value.element;
      return named(value.entries, () => element, path);
    }
    case "tuple":
      return tupleParts(value.items, type.kind === "tuple" ? type.elements : [], path);
    case "object": {
      const types = type.kind === "object" ? type.attributes : new Map<string, CtyType>();
      for (const step of types.keys()) {
        if (!value.attributes.has(step)) {
          throw new CtyError("TYPE_MISMATCH", { step, parent: path }, "the attribute is missing");
        }
      }
      return named(value.attributes, (name) => types.get(name), path);
    }
  }
}

/**
 * The one type that all items of a collection have; what was declared, where there are none.
 *
 * @throws {CtyError} `TYPE_MISMATCH`
 */
export function commonType(
  items: readonly CtyValue[],
  declared: CtyType,
  path: CtyPath | undefined,
): CtyType {
  const [first, ...others] = items.map(ctyTypeOf).filter(({ kind }) => kind !== "dynamic");
  if (first === undefined) return withoutOptional(declared);
  if (others.some((type) => !sameCtyType(type, first))) {
    throw new CtyError("TYPE_MISMATCH", path, "elements of one type are required");
  }
  return first;
}

function tupleParts(
  items: readonly CtyValue[],
  types: readonly CtyType[],
  path: CtyPath | undefined,
): CtyPart[] {
  if (items.length !== types.length) {
    const problem = `a tuple of ${types.length} elements is required, not of ${items.length}`;
    throw new CtyError("TYPE_MISMATCH", path, problem);
  }
  return types.map((type, step) => ({
    item: items[step] as CtyValue,
    type,
    path: { step, parent: path },
  }));
}

function named(
  items: ReadonlyMap<string, CtyValue>,
  typeOfItem: (name: string) => CtyType | undefined,
  parent: CtyPath | undefined,
): CtyPart[] {
  return [...items.keys()].sort().map((step) => {
    const path = { step, parent };
    const type = typeOfItem(step);
    if (type === undefined) {
      throw new CtyError("TYPE_MISMATCH", path, "the type has no such attribute");
    }
    return { item: items.get(step) as CtyValue, type, path };
  });
}
