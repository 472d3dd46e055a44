import { commonType } from "./conformance.ts";
import { CtyError, type CtyPath } from "./errors.ts";
import { JsonNumber, parseJson } from "./json-text.ts";
import { type CtyLimits, defaultCtyLimits } from "./limits.ts";
import { parseNumber } from "./number.ts";
import { type CtyType, ctyType, ctyTypeName, withoutOptional } from "./type.ts";
import { ctyTypeFromJson } from "./type-json.ts";
import { type CtyValue, cleanText, setItems, stringValue } from "./value.ts";

/**
 * Reads a value from JSON. Under the dynamic type, which is how Packer hands settings to a plugin, the JSON is
 * `{"value": …, "type": …}`. Primitives are converted where the type asks for another one, as Go does: `"8"` to a
 * number, `8` and `true` to a string, `"true"`, `"1"`, `"false"` and `"0"` to a bool. Attributes that an object leaves
 * out are null.
 *
 * Source: zclconf/go-cty v1.13.3 `cty/json/unmarshal.go`.
 *
 * @throws {CtyError} `INVALID_JSON`, `INVALID_TYPE`, `INVALID_NUMBER`, `TYPE_MISMATCH`, `LIMIT_EXCEEDED`
 */
export function decodeCtyJson(
  source: Uint8Array | string,
  type: CtyType = ctyType.dynamic,
  limits: CtyLimits = defaultCtyLimits,
): CtyValue {
  return decode(parseJson(source, limits), type, undefined);
}

function decode(json: unknown, type: CtyType, path: CtyPath | undefined): CtyValue {
  if (json === null) return { kind: "null", type: withoutOptional(type) };
  switch (type.kind) {
    case "dynamic":
      return decodeDynamic(json, path);
    case "string":
      return decodeString(json, path);
    case "number":
      return decodeNumber(json, path);
    case "bool":
      return decodeBool(json, path);
    case "list":
    case "set":
      return decodeCollection(json, type, path);
    case "map":
      return decodeMap(json, type.element, path);
    case "tuple":
      return decodeTuple(json, type.elements, path);
    case "object":
      return decodeObject(json, type.attributes, path);
  }
}

function decodeDynamic(json: unknown, path: CtyPath | undefined): CtyValue {
  const entries = new Map(entriesOf(json, "a value with its type", path));
  const isWrapper = entries.size === 2 && entries.has("value") && entries.has("type");
  if (!isWrapper) {
    throw new CtyError("INVALID_JSON", path, 'not of the form {"value": …, "type": …}');
  }
  return decode(entries.get("value"), ctyTypeFromJson(entries.get("type")), path);
}

function decodeString(json: unknown, path: CtyPath | undefined): CtyValue {
  if (typeof json === "string") return stringValue(json);
  if (json instanceof JsonNumber) return stringValue(json.text);
  if (typeof json === "boolean") return stringValue(String(json));
  throw mismatch("a string", path);
}

function decodeNumber(json: unknown, path: CtyPath | undefined): CtyValue {
  const text = json instanceof JsonNumber ? json.text : json;
  if (typeof text !== "string") throw mismatch("a number", path);
  return { kind: "number", value: parseNumber(text, path) };
}

function decodeBool(json: unknown, path: CtyPath | undefined): CtyValue {
  if (json === true || json === "true" || json === "1") return { kind: "bool", value: true };
  if (json === false || json === "false" || json === "0") return { kind: "bool", value: false };
  throw mismatch("a bool", path);
}

function decodeCollection(
  json: unknown,
  type: { kind: "list" | "set"; element: CtyType },
  path: CtyPath | undefined,
): CtyValue {
  const items = itemsOf(json, type, path).map((item, step) =>
    decode(item, type.element, { step, parent: path }),
  );
  const element = commonType(items, type.element, path);
  return { kind: type.kind, element, items: type.kind === "set" ? setItems(items) : items };
}

function decodeMap(json: unknown, declared: CtyType, path: CtyPath | undefined): CtyValue {
  const entries = new Map<string, CtyValue>();
  for (const [step, item] of entriesOf(json, "a map", path)) {
    entries.set(cleanText(step), decode(item, declared, { step, parent: path }));
  }
  return { kind: "map", element: commonType([...entries.values()], declared, path), entries };
}

function decodeTuple(
  json: unknown,
  elements: readonly CtyType[],
  path: CtyPath | undefined,
): CtyValue {
  const items = itemsOf(json, { kind: "tuple", elements }, path);
  if (items.length !== elements.length) {
    throw mismatch(`a tuple of ${elements.length} elements`, path);
  }
  return {
    kind: "tuple",
    items: elements.map((element, step) => decode(items[step], element, { step, parent: path })),
  };
}

function decodeObject(
  json: unknown,
  types: ReadonlyMap<string, CtyType>,
  path: CtyPath | undefined,
): CtyValue {
  const given = new Map(
    entriesOf(json, "an object", path).map(([name, item]) => [name.normalize(), item]),
  );
  for (const step of given.keys()) {
    if (!types.has(step)) {
      throw new CtyError("TYPE_MISMATCH", { step, parent: path }, "the type has no such attribute");
    }
  }
  const attributes = new Map<string, CtyValue>();
  for (const [step, type] of types) {
    attributes.set(step, decode(given.get(step) ?? null, type, { step, parent: path }));
  }
  return { kind: "object", attributes };
}

function itemsOf(json: unknown, type: CtyType, path: CtyPath | undefined): unknown[] {
  if (Array.isArray(json)) return json;
  throw mismatch(`a ${ctyTypeName(type)}`, path);
}

function entriesOf(json: unknown, wanted: string, path: CtyPath | undefined): [string, unknown][] {
  const isRecord = typeof json === "object" && json !== null && !Array.isArray(json);
  if (isRecord && !(json instanceof JsonNumber)) return Object.entries(json);
  throw mismatch(wanted, path);
}

function mismatch(wanted: string, path: CtyPath | undefined): CtyError {
  return new CtyError("TYPE_MISMATCH", path, `${wanted} is required`);
}
