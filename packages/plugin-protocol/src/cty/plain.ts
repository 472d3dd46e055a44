import { commonType } from "./conformance.ts";
import { CtyError, type CtyPath, depthOf } from "./errors.ts";
import { checkDepth, defaultCtyLimits } from "./limits.ts";
import { type CtyNumber, parseNumber } from "./number.ts";
import { type CtyType, ctyType, ctyTypeName } from "./type.ts";
import { type CtyValue, cleanText, setItems, stringValue } from "./value.ts";

/** How {@link ctyToPlain} goes about what JavaScript does not have. */
export interface PlainOptions {
  /** Answers what stands for a value that is not known. Default: a `CtyError` of code `UNKNOWN_VALUE`. */
  unknown?: (type: CtyType, path: CtyPath | undefined) => unknown;
}

/**
 * A value as plain JavaScript: records, arrays, strings, booleans, numbers, null. Integers beyond 2^53 - 1 become a
 * `bigint`, so that none is changed; fractions become the nearest double.
 *
 * @throws {CtyError} `UNKNOWN_VALUE`
 */
export function ctyToPlain(value: CtyValue, options: PlainOptions = {}): unknown {
  return toPlain(value, options, undefined);
}

function toPlain(value: CtyValue, options: PlainOptions, parent: CtyPath | undefined): unknown {
  const named = (items: ReadonlyMap<string, CtyValue>) =>
    Object.fromEntries(
      [...items].map(([step, item]) => [step, toPlain(item, options, { step, parent })]),
    );
  switch (value.kind) {
    case "null":
      return null;
    case "unknown":
      if (options.unknown !== undefined) return options.unknown(value.type, parent);
      throw new CtyError("UNKNOWN_VALUE", parent, "the value is not known yet");
    case "number":
      return typeof value.value === "string" ? Number(value.value) : value.value;
    case "string":
    case "bool":
      return value.value;
    case "list":
    case "set":
    case "tuple":
      return value.items.map((item, step) => toPlain(item, options, { step, parent }));
    case "map":
      return named(value.entries);
    case "object":
      return named(value.attributes);
  }
}

/**
 * A value from plain JavaScript. Under the dynamic type records become objects, arrays become tuples, and what is
 * undefined in a record is left out; under an object type it is null. A double stands for the decimal that it prints
 * as: 0.1 is the 0.1 of a template.
 *
 * @throws {CtyError} `TYPE_MISMATCH` where the value does not fit the type, or is nothing that HCL knows;
 * `LIMIT_EXCEEDED` where it nests too deep, or without end.
 */
export function ctyFromPlain(value: unknown, type: CtyType = ctyType.dynamic): CtyValue {
  return fromPlain(value, type, undefined);
}

function fromPlain(value: unknown, type: CtyType, path: CtyPath | undefined): CtyValue {
  if (value === null || value === undefined) return { kind: "null", type };
  checkDepth(2 * depthOf(path), defaultCtyLimits);
  switch (type.kind) {
    case "dynamic":
      return implied(value, path);
    case "string":
      if (typeof value === "string") return stringValue(value);
      break;
    case "bool":
      if (typeof value === "boolean") return { kind: "bool", value };
      break;
    case "number":
      if (typeof value === "bigint" || typeof value === "number") {
        return { kind: "number", value: plainNumber(value, path) };
      }
      break;
    case "list":
    case "set":
      if (Array.isArray(value)) return collection(value, type, path);
      break;
    case "tuple":
      if (Array.isArray(value) && value.length === type.elements.length) {
        const elements = type.elements;
        const items = value.map((item, step) =>
          fromPlain(item, elements[step] as CtyType, { step, parent: path }),
        );
        return { kind: "tuple", items };
      }
      break;
    case "map":
      if (isRecord(value)) return map(value, type.element, path);
      break;
    case "object":
      if (isRecord(value)) return object(value, type.attributes, path);
  }
  throw mismatch(ctyTypeName(type), value, path);
}

function implied(value: unknown, path: CtyPath | undefined): CtyValue {
  if (typeof value === "string") return stringValue(value);
  if (typeof value === "boolean") return { kind: "bool", value };
  if (typeof value === "number" || typeof value === "bigint") {
    return { kind: "number", value: plainNumber(value, path) };
  }
  if (Array.isArray(value))
    return fromPlain(value, ctyType.tuple(value.map(() => ctyType.dynamic)), path);
  if (!isRecord(value)) throw mismatch("a value that HCL knows", value, path);
  const present = Object.entries(value).filter(([, item]) => item !== undefined);
  const types = new Map(present.map(([name]) => [cleanText(name), ctyType.dynamic]));
  return object(Object.fromEntries(present), types, path);
}

function collection(
  value: readonly unknown[],
  type: { kind: "list" | "set"; element: CtyType },
  path: CtyPath | undefined,
): CtyValue {
  const { kind } = type;
  const items = value.map((item, step) => fromPlain(item, type.element, { step, parent: path }));
  const element = commonType(items, type.element, path);
  return { kind, element, items: kind === "set" ? setItems(items) : items };
}

function map(
  value: Readonly<Record<string, unknown>>,
  declared: CtyType,
  path: CtyPath | undefined,
): CtyValue {
  const entries = new Map<string, CtyValue>();
  for (const [step, item] of Object.entries(value)) {
    entries.set(cleanText(step), fromPlain(item, declared, { step, parent: path }));
  }
  return { kind: "map", element: commonType([...entries.values()], declared, path), entries };
}

function object(
  value: Readonly<Record<string, unknown>>,
  types: ReadonlyMap<string, CtyType>,
  path: CtyPath | undefined,
): CtyValue {
  const given = new Map(Object.entries(value).map(([name, item]) => [cleanText(name), item]));
  for (const step of given.keys()) {
    if (!types.has(step)) {
      throw new CtyError("TYPE_MISMATCH", { step, parent: path }, "the type has no such attribute");
    }
  }
  const attributes = new Map<string, CtyValue>();
  for (const [step, type] of types) {
    attributes.set(step, fromPlain(given.get(step), type, { step, parent: path }));
  }
  return { kind: "object", attributes };
}

function plainNumber(value: number | bigint, path: CtyPath | undefined): CtyNumber {
  return value === Infinity || value === -Infinity ? value : parseNumber(String(value), path);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function mismatch(wanted: string, value: unknown, path: CtyPath | undefined): CtyError {
  const kind = Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
  return new CtyError("TYPE_MISMATCH", path, `${wanted} is required, not ${kind}`);
}
