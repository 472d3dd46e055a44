import { CtyError, type CtyPath } from "./errors.ts";
import type { MsgpackReader } from "./msgpack-reader.ts";
import type { MsgpackWriter } from "./msgpack-writer.ts";
import { type CtyNumber, fromDouble, integer, parseNumber } from "./number.ts";

const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 63n - 1n;

/**
 * Writes a number as an integer, a double or decimal text, whichever holds it exactly first.
 *
 * Source: zclconf/go-cty v1.13.3 `cty/msgpack/marshal.go`.
 */
export function writeNumber(writer: MsgpackWriter, value: CtyNumber): void {
  if (typeof value === "string") {
    writer.string(value);
  } else if (typeof value === "number") {
    if (Number.isInteger(value)) writer.integer(BigInt(value));
    else writer.double(value);
  } else if (value >= MIN_INTEGER && value <= MAX_INTEGER) {
    writer.integer(value);
  } else if (Number.isFinite(Number(value)) && BigInt(Number(value)) === value) {
    writer.double(Number(value));
  } else {
    writer.string(String(value));
  }
}

/**
 * Reads a number in any of its forms; undefined where the next piece is none of them.
 *
 * @throws {CtyError} `INVALID_NUMBER`
 */
export function readNumber(
  reader: MsgpackReader,
  path: CtyPath | undefined,
): CtyNumber | undefined {
  const value = reader.number();
  if (typeof value === "bigint") return integer(value);
  if (value === undefined) {
    const text = reader.string();
    return text === undefined ? undefined : parseNumber(text, path);
  }
  if (Number.isNaN(value)) throw new CtyError("INVALID_NUMBER", path, "NaN is not a number in cty");
  return fromDouble(value);
}
