import { CtyError, type CtyPath } from "./errors.ts";

/**
 * A number, exactly:
 * - a `number` where a double holds it exactly: integers up to 2^53 - 1, fractions such as 0.5, the infinities;
 * - a `bigint` for every other integer;
 * - a `string`, in plain decimal notation, for every other fraction, such as `"0.1"`.
 *
 * Go keeps 512 bits of a number; here nothing is rounded.
 */
export type CtyNumber = number | bigint | string;

/** The longest number that is handled, in decimal digits of its plain notation. */
const MAX_DIGITS = 4096;

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/**
 * Reads a number in decimal notation, with or without an exponent.
 *
 * @throws {CtyError} `INVALID_NUMBER`
 */
export function parseNumber(text: string, path?: CtyPath): CtyNumber {
  const infinite = /^([+-]?)[iI]nf$/.exec(text);
  if (infinite !== null) return infinite[1] === "-" ? -Infinity : Infinity;
  const match = text.length > MAX_DIGITS ? null : DECIMAL.exec(text);
  const whole = match?.[2] ?? "";
  const fraction = match?.[3] ?? "";
  if (match === null || whole + fraction === "") {
    throw new CtyError("INVALID_NUMBER", path, "not a decimal number");
  }
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return 0;
  const exponent = Number(match[4] ?? 0) - fraction.length + digits.length - significant.length;
  if (significant.length + Math.abs(exponent) > MAX_DIGITS) {
    throw new CtyError("INVALID_NUMBER", path, `a number of more than ${MAX_DIGITS} digits`);
  }
  return exactly(match[1] === "-", significant, exponent);
}

/** The number `significant` × 10^`exponent`; `significant` does not end in 0. */
function exactly(negative: boolean, significant: string, exponent: number): CtyNumber {
  const sign = negative ? "-" : "";
  if (exponent >= 0) return integer(BigInt(sign + significant + "0".repeat(exponent)));
  const text = sign + placePoint(significant, -exponent);
  return isBinary(BigInt(significant), -exponent) ? Number(text) : text;
}

function placePoint(digits: string, places: number): string {
  const padded = digits.padStart(places + 1, "0");
  return `${padded.slice(0, -places)}.${padded.slice(-places)}`;
}

/** Whether a double holds `digits` / 10^`places` exactly: the fives must cancel, and 53 bits must do. */
function isBinary(digits: bigint, places: number): boolean {
  const fives = 5n ** BigInt(places);
  if (digits % fives !== 0n) return false;
  const numerator = digits / fives;
  return places <= 1074 && BigInt(Number(numerator)) === numerator;
}

/** An integer in the form that {@link CtyNumber} says. */
export function integer(value: bigint): CtyNumber {
  const near = Number(value);
  return Number.isSafeInteger(near) ? near : value;
}

/** A double that came over the wire as one, in the form that {@link CtyNumber} says. */
export function fromDouble(value: number): CtyNumber {
  if (value === 0) return 0;
  return Number.isInteger(value) ? integer(BigInt(value)) : value;
}

/**
 * A number in plain decimal notation, as Go writes it: no exponent. A double is written with the fewest digits that
 * tell it from its neighbours.
 */
export function numberText(value: CtyNumber): string {
  if (typeof value !== "number") return String(value);
  const [mantissa = "", exponent] = String(value).split("e");
  if (exponent === undefined) return mantissa;
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  const places = fraction.length - Number(exponent);
  const sign = value < 0 ? "-" : "";
  return places > 0
    ? sign + placePoint(whole + fraction, places)
    : sign + whole + fraction + "0".repeat(-places);
}
