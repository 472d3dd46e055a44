import type { PrimitiveKind, PrimitiveShape } from "./shape.ts";

/** Stands for a value that counts as not given. */
export const UNSET = Symbol("unset");

/**
 * A value as the kind that a setting asks for. Templates in HCL are converted by Packer already; in JSON ones all kinds
 * occur, and these pass for one another, as in Go plugins:
 *
 * | wanted | taken as well |
 * |---|---|
 * | string | a number, in decimal; true as `"1"`, false as `"0"` |
 * | number | `"8"`, `"0x1f"`, `"0o17"`, `"0b1"`, `"1.5"`; true as 1, false as 0; `""` as not set |
 * | bool | `"1"`, `"t"`, `"T"`, `"true"`, `"TRUE"`, `"True"` and the like for false; a number, 0 as false; `""` as not set |
 *
 * Anything else is answered as it is, for the schema to refuse.
 *
 * Source: packer-plugin-sdk `template/config/decode.go`; mapstructure v1.5.0, `WeaklyTypedInput`.
 */
export function asPrimitive(value: unknown, shape: PrimitiveShape): unknown {
  const [only, ...others] = shape.allowed;
  if (only !== undefined && others.length === 0) return asKind(value, only);
  if (shape.accepts(value)) return value;
  for (const kind of shape.allowed) {
    const converted = asKind(value, kind);
    if (converted !== UNSET && shape.accepts(converted)) return converted;
  }
  return value;
}

function asKind(value: unknown, kind: PrimitiveKind): unknown {
  switch (kind) {
    case "string":
      return asString(value);
    case "number":
      return asNumber(value);
    case "bool":
      return asBool(value);
  }
}

function asString(value: unknown): unknown {
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "number") return value;
  return Number.isInteger(value) ? String(BigInt(value)) : String(value);
}

function asNumber(value: unknown): unknown {
  if (typeof value === "boolean") return Number(value);
  if (typeof value !== "string") return value;
  if (value === "") return UNSET;
  const isNumber =
    /^([+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+)$/;
  return isNumber.test(value) ? Number(value) : value;
}

const TRUE = ["1", "t", "T", "true", "TRUE", "True"];
const FALSE = ["0", "f", "F", "false", "FALSE", "False"];

function asBool(value: unknown): unknown {
  if (typeof value === "number" || typeof value === "bigint") return Number(value) !== 0;
  if (typeof value !== "string") return value;
  if (value === "") return UNSET;
  if (TRUE.includes(value)) return true;
  return FALSE.includes(value) ? false : value;
}
