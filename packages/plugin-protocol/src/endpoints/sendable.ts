import { ProtocolError } from "../errors.ts";

/** How deep a value may nest: what the receiving side reads too. */
const MAX_DEPTH = 500;

/**
 * A value as msgpack can hold it and Packer reads it: Maps become maps, Sets lists, bigints numbers, and what is
 * `undefined` is left out.
 *
 * @throws {ProtocolError} `NOT_SENDABLE` for a function, a symbol, an integer beyond 53 bits, or a value that nests
 * too deep or without end; the message says where in the value it stands.
 */
export function toSendable(value: unknown, path = "", depth = 0): unknown {
  if (depth > MAX_DEPTH) {
    throw notSendable(path, `nests deeper than ${MAX_DEPTH} levels, or without end`);
  }
  switch (typeof value) {
    case "function":
    case "symbol":
      throw notSendable(path, `is a ${typeof value}`);
    case "bigint":
      if (Number.isSafeInteger(Number(value))) return Number(value);
      throw notSendable(path, `is ${value}, which is beyond 53 bits: send it as a string`);
    case "object":
      break;
    default:
      return value;
  }
  if (value === null || ArrayBuffer.isView(value) || value instanceof Date) return value;
  if (Array.isArray(value) || value instanceof Set) {
    return [...value].map((item, index) => toSendable(item, `${path}[${index}]`, depth + 1));
  }
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(
    entries
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [String(key), toSendable(item, `${path}.${String(key)}`, depth + 1)]),
  );
}

function notSendable(path: string, what: string): ProtocolError {
  const where = path === "" ? "the value" : `the value at ${path.slice(0, 200)}`;
  return new ProtocolError("NOT_SENDABLE", `${where} cannot be sent: it ${what}`);
}
