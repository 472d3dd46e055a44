import { CtyError } from "./errors.ts";

/** How much a decoder takes on. Input beyond it is refused before memory is spent on it. */
export interface CtyLimits {
  /** The size of the encoded value. */
  readonly bytes: number;
  /** How deep brackets may nest; the description of a type takes two for each level of its values. */
  readonly depth: number;
  /** How many values there may be in all. */
  readonly values: number;
}

/** Far above what a template or a data source holds. */
export const defaultCtyLimits: CtyLimits = {
  bytes: 64 * 1024 * 1024,
  depth: 200,
  values: 1_000_000,
};

/** @throws {CtyError} `LIMIT_EXCEEDED` */
export function checkSize(bytes: number, limits: CtyLimits): void {
  if (bytes > limits.bytes) throw exceeded(`${bytes} bytes`, `${limits.bytes} bytes`);
}

/** @throws {CtyError} `LIMIT_EXCEEDED` */
export function checkDepth(depth: number, limits: CtyLimits): void {
  if (depth > limits.depth) throw exceeded("values nested deeper", `${limits.depth} levels`);
}

/** @throws {CtyError} `LIMIT_EXCEEDED` */
export function checkCount(values: number, limits: CtyLimits): void {
  if (values > limits.values) throw exceeded(`${values} values`, `${limits.values} values`);
}

function exceeded(found: string, limit: string): CtyError {
  return new CtyError("LIMIT_EXCEEDED", undefined, `${found}; the limit is ${limit}`);
}
