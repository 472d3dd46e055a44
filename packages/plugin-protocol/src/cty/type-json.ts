import { CtyError } from "./errors.ts";
import { type CtyType, ctyType } from "./type.ts";

/**
 * The JSON form of a type: `"string"`, `["list", "string"]`, `["object", {"a": "number"}, ["a"]]`.
 *
 * Source: zclconf/go-cty `cty/json.go`, `Type.MarshalJSON`.
 */
export function ctyTypeToJson(type: CtyType): unknown {
  switch (type.kind) {
    case "list":
    case "set":
    case "map":
      return [type.kind, ctyTypeToJson(type.element)];
    case "tuple":
      return ["tuple", type.elements.map(ctyTypeToJson)];
    case "object": {
      const attributes = Object.fromEntries(
        [...type.attributes.keys()]
          .sort()
          .map((name) => [name, ctyTypeToJson(type.attributes.get(name) as CtyType)]),
      );
      const optional = [...(type.optional ?? [])].sort();
      return optional.length === 0 ? ["object", attributes] : ["object", attributes, optional];
    }
    default:
      return type.kind;
  }
}

/**
 * Reads the JSON form of a type, once parsed.
 *
 * @throws {CtyError} `INVALID_TYPE`
 */
export function ctyTypeFromJson(json: unknown): CtyType {
  if (typeof json === "string") return primitive(json);
  if (!Array.isArray(json)) throw invalid("a type is a name or a list");
  const [kind, parameter, optional] = json as unknown[];
  const length = json.length;
  if (kind === "object" && (length === 2 || length === 3)) return objectType(parameter, optional);
  if (length !== 2) throw invalid("a list that describes a type has two elements");
  switch (kind) {
    case "list":
    case "set":
    case "map":
      return { kind, element: ctyTypeFromJson(parameter) };
    case "tuple":
      if (!Array.isArray(parameter)) throw invalid("a tuple lists the types of its elements");
      return ctyType.tuple(parameter.map(ctyTypeFromJson));
    default:
      throw invalid("the kind is none of list, set, map, tuple, object");
  }
}

function primitive(name: string): CtyType {
  switch (name) {
    case "string":
    case "number":
    case "bool":
    case "dynamic":
      return ctyType[name];
    default:
      throw invalid("the name is none of string, number, bool, dynamic");
  }
}

function objectType(attributes: unknown, optional: unknown): CtyType {
  if (typeof attributes !== "object" || attributes === null || Array.isArray(attributes)) {
    throw invalid("an object maps the names of its attributes to types");
  }
  const types = new Map(
    Object.entries(attributes).map(([name, type]) => [name.normalize(), ctyTypeFromJson(type)]),
  );
  if (optional === undefined) return { kind: "object", attributes: types };
  if (!isNames(optional) || !optional.every((name) => types.has(name))) {
    throw invalid("an object's optional attributes are a list of names of its attributes");
  }
  return { kind: "object", attributes: types, optional: new Set(optional) };
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}

function invalid(problem: string): CtyError {
  return new CtyError("INVALID_TYPE", undefined, `not the description of a cty type: ${problem}`);
}
