import { ProtocolError } from "../errors.ts";

/**
 * Reads the fields of a Go struct that came as a map. Fields that are absent or nil have Go's zero value; what has
 * the wrong type throws a {@link ProtocolError} `RPC_PROTOCOL` that names the field.
 */
export class StructReader {
  readonly #where: string;
  readonly #fields: Readonly<Record<string, unknown>>;

  /** `where` is the method whose argument or answer it is. */
  constructor(where: string, value: unknown) {
    this.#where = where;
    if (value !== null && value !== undefined && !isRecord(value)) {
      throw new ProtocolError("RPC_PROTOCOL", `${where} takes a struct, not ${kindOf(value)}`);
    }
    this.#fields = value ?? {};
  }

  text(name: string): string {
    const value = this.#fields[name] ?? "";
    return typeof value === "string" ? value : this.#mismatch(name, "a string", value);
  }

  texts(name: string): string[] {
    return readTexts(`${this.#where}: ${name}`, this.#fields[name]);
  }

  list(name: string): unknown[] {
    const value = this.#fields[name] ?? [];
    return Array.isArray(value) ? value : this.#mismatch(name, "a list", value);
  }

  /** A number of things, or an id: an integer that is not negative. */
  count(name: string): number {
    const value = this.#fields[name] ?? 0;
    return isCount(value) ? value : this.#mismatch(name, "a count", value);
  }

  flag(name: string): boolean {
    const value = this.#fields[name] ?? false;
    return typeof value === "boolean" ? value : this.#mismatch(name, "a boolean", value);
  }

  bytes(name: string): Uint8Array {
    const value = this.#fields[name] ?? new Uint8Array();
    return value instanceof Uint8Array ? value : this.#mismatch(name, "bytes", value);
  }

  record(name: string): Readonly<Record<string, unknown>> {
    const value = this.#fields[name] ?? {};
    return isRecord(value) ? value : this.#mismatch(name, "a map", value);
  }

  /** A struct inside this one; `undefined` for a nil pointer. */
  struct(name: string): StructReader | undefined {
    const value = this.#fields[name] ?? undefined;
    return value === undefined ? undefined : new StructReader(`${this.#where}: ${name}`, value);
  }

  /** A point in time; `undefined` for Go's zero time, which is sent as nil. */
  time(name: string): Date | undefined {
    const value = this.#fields[name] ?? undefined;
    if (value === undefined || value instanceof Date) return value;
    return this.#mismatch(name, "a timestamp", value);
  }

  #mismatch(name: string, wanted: string, value: unknown): never {
    const message = `${this.#where}: ${name} takes ${wanted}, not ${kindOf(value)}`;
    throw new ProtocolError("RPC_PROTOCOL", message);
  }
}

/** Reads an argument or an answer that is a string; nil is the empty one. */
export function readText(where: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  throw new ProtocolError("RPC_PROTOCOL", `${where} takes a string, not ${kindOf(value)}`);
}

/** Reads an argument or an answer that is a list of strings; nil is the empty one. */
export function readTexts(where: string, value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw new ProtocolError("RPC_PROTOCOL", `${where} takes a list of strings, not ${kindOf(value)}`);
}

/** Reads an argument or an answer that is a stream id; nil is 0. */
export function readCount(where: string, value: unknown): number {
  if (value === null || value === undefined) return 0;
  if (isCount(value)) return value;
  throw new ProtocolError("RPC_PROTOCOL", `${where} takes a count, not ${kindOf(value)}`);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof Date)
  );
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (value instanceof Uint8Array) return "bytes";
  if (typeof value === "number" || typeof value === "boolean") return `${typeof value} ${value}`;
  return typeof value === "object" ? "a map" : `a ${typeof value}`;
}
