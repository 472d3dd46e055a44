/**
 * A type of the type system that HCL2 uses. `dynamic` stands for any type: it occurs where a type is not agreed
 * beforehand, and as the type of a null or an unknown of which nothing is known.
 *
 * Source: zclconf/go-cty `docs/types.md`.
 */
export type CtyType =
  | { readonly kind: "string" }
  | { readonly kind: "number" }
  | { readonly kind: "bool" }
  | { readonly kind: "dynamic" }
  | { readonly kind: "list"; readonly element: CtyType }
  | { readonly kind: "set"; readonly element: CtyType }
  | { readonly kind: "map"; readonly element: CtyType }
  | { readonly kind: "tuple"; readonly elements: readonly CtyType[] }
  | {
      readonly kind: "object";
      readonly attributes: ReadonlyMap<string, CtyType>;
      /** Names of attributes that a value may leave out; they are null then. Only in types that constrain. */
      readonly optional?: ReadonlySet<string>;
    };

/** Ways to write types down. */
export const ctyType = {
  string: { kind: "string" },
  number: { kind: "number" },
  bool: { kind: "bool" },
  dynamic: { kind: "dynamic" },
  list: (element: CtyType): CtyType => ({ kind: "list", element }),
  set: (element: CtyType): CtyType => ({ kind: "set", element }),
  map: (element: CtyType): CtyType => ({ kind: "map", element }),
  tuple: (elements: readonly CtyType[]): CtyType => ({ kind: "tuple", elements }),
  object: (attributes: Readonly<Record<string, CtyType>>): CtyType => ({
    kind: "object",
    attributes: new Map(Object.entries(attributes)),
  }),
} as const satisfies Record<string, CtyType | ((...parts: never[]) => CtyType)>;

/** Whether two types are the same one. Optional attributes count. */
export function sameCtyType(left: CtyType, right: CtyType): boolean {
  if (left === right) return true;
  switch (left.kind) {
    case "list":
    case "set":
    case "map":
      return left.kind === right.kind && sameCtyType(left.element, right.element);
    case "tuple": {
      if (right.kind !== "tuple" || left.elements.length !== right.elements.length) return false;
      const others = right.elements;
      return left.elements.every((element, at) => sameCtyType(element, others[at] as CtyType));
    }
    case "object":
      return right.kind === "object" && sameAttributes(left, right);
    default:
      return left.kind === right.kind;
  }
}

type ObjectType = Extract<CtyType, { kind: "object" }>;

function sameAttributes(left: ObjectType, right: ObjectType): boolean {
  if (left.attributes.size !== right.attributes.size) return false;
  if ((left.optional?.size ?? 0) !== (right.optional?.size ?? 0)) return false;
  return [...left.attributes].every(([name, type]) => {
    const other = right.attributes.get(name);
    const optional = left.optional?.has(name) === right.optional?.has(name);
    return other !== undefined && optional && sameCtyType(type, other);
  });
}

/** The type with no optional attributes in it, as values have it. */
export function withoutOptional(type: CtyType): CtyType {
  switch (type.kind) {
    case "list":
    case "set":
    case "map":
      return { kind: type.kind, element: withoutOptional(type.element) };
    case "tuple":
      return ctyType.tuple(type.elements.map(withoutOptional));
    case "object":
      return {
        kind: "object",
        attributes: new Map(
          [...type.attributes].map(([name, attribute]) => [name, withoutOptional(attribute)]),
        ),
      };
    default:
      return type;
  }
}

/** A type in words for an error message, such as `list of string`. */
export function ctyTypeName(type: CtyType): string {
  switch (type.kind) {
    case "list":
    case "set":
    case "map":
      return `${type.kind} of ${ctyTypeName(type.element)}`;
    case "dynamic":
      return "any type";
    default:
      return type.kind;
  }
}
