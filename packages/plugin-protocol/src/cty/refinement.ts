import { CtyError } from "./errors.ts";
import { readNumber, writeNumber } from "./msgpack-number.ts";
import { MsgpackReader } from "./msgpack-reader.ts";
import { MsgpackWriter } from "./msgpack-writer.ts";
import type { CtyType } from "./type.ts";
import type { CtyBound, CtyRefinement, CtyValue } from "./value.ts";

/** The msgpack extension of an unknown of which something is known. */
const REFINED = 12;

/** The keys of a refinement, and Go's limits. Source: zclconf/go-cty v1.13.3 `cty/msgpack/unknown.go`. */
const NULLNESS = 1n;
const PREFIX = 2n;
const MIN = 3n;
const MAX = 4n;
const MIN_LENGTH = 5n;
const MAX_LENGTH = 6n;
const MAX_PREFIX = 255;
const MAX_BODY = 1024;

/** Writes an unknown: extension 0, or 12 with what is known of it. */
export function writeUnknown(writer: MsgpackWriter, refinement: CtyRefinement = {}): void {
  const entries: (() => void)[] = [];
  const body = new MsgpackWriter();
  const add = (key: bigint, write: () => void) =>
    entries.push(() => {
      body.integer(key);
      write();
    });
  const { notNull, prefix, min, max, minLength, maxLength } = refinement;
  if (notNull) add(NULLNESS, () => body.bool(false));
  if (prefix) add(PREFIX, () => body.string(shortened(prefix)));
  if (min) add(MIN, () => writeBound(body, min));
  if (max) add(MAX, () => writeBound(body, max));
  if (minLength) add(MIN_LENGTH, () => body.integer(BigInt(minLength)));
  if (maxLength !== undefined) add(MAX_LENGTH, () => body.integer(BigInt(maxLength)));
  if (entries.length === 0) {
    writer.extension(0, Buffer.of(0));
    return;
  }
  body.mapHeader(entries.length);
  for (const write of entries) write();
  writer.extension(REFINED, body.finish());
}

/** A shorter prefix is true as well; Go refuses a refinement that is too long. */
function shortened(prefix: string): string {
  if (Buffer.byteLength(prefix) <= MAX_PREFIX) return prefix;
  return [...prefix].slice(0, Math.floor(MAX_PREFIX / 4)).join("");
}

function writeBound(writer: MsgpackWriter, bound: CtyBound): void {
  writer.arrayHeader(2);
  writeNumber(writer, bound.value);
  writer.bool(bound.inclusive);
}

/**
 * The unknown of a type that an extension stands for; a null where it is known to be one.
 *
 * @throws {CtyError} `INVALID_MSGPACK`
 */
export function readUnknown(
  extension: { type: number; body: Uint8Array },
  type: CtyType,
): CtyValue {
  const { body } = extension;
  if (body.length <= 1) return { kind: "unknown", type };
  if (extension.type !== REFINED) throw invalid(`extension ${extension.type} means nothing`);
  if (body.length > MAX_BODY) throw invalid(`a refinement of ${body.length} bytes`);
  const reader = new MsgpackReader(body);
  const count = reader.mapHeader() ?? refuse("a refinement that is not a map");
  if (type.kind === "dynamic") return { kind: "unknown", type };
  let isNull = false;
  let refinement: CtyRefinement = {};
  for (let read = 0; read < count; read++) {
    const key = reader.number();
    if (key === NULLNESS) {
      isNull = reader.bool() ?? refuse("a nullness that is not a bool");
      if (!isNull) refinement = { ...refinement, notNull: true };
    } else {
      refinement = { ...refinement, ...readEntry(reader, key, type) };
    }
  }
  return isNull ? { kind: "null", type } : { kind: "unknown", type, refinement };
}

function readEntry(reader: MsgpackReader, key: unknown, type: CtyType): CtyRefinement {
  switch (key) {
    case PREFIX:
      if (type.kind !== "string") throw invalid("a prefix of something that is not a string");
      return { prefix: reader.string() ?? refuse("a prefix that is not a string") };
    case MIN:
    case MAX: {
      if (type.kind !== "number") throw invalid("a range of something that is not a number");
      const bound = readBound(reader);
      return key === MIN ? { min: bound } : { max: bound };
    }
    case MIN_LENGTH:
    case MAX_LENGTH: {
      const isCollection = type.kind === "list" || type.kind === "set" || type.kind === "map";
      if (!isCollection) throw invalid("a length of something that is not a collection");
      const length = reader.number();
      if (typeof length !== "bigint") throw invalid("a length that is not an integer");
      return key === MIN_LENGTH ? { minLength: Number(length) } : { maxLength: Number(length) };
    }
    default:
      throw invalid("a refinement of an unknown kind");
  }
}

function readBound(reader: MsgpackReader): CtyBound {
  const value = reader.arrayHeader() === 2 ? readNumber(reader, undefined) : undefined;
  const inclusive = value === undefined ? undefined : reader.bool();
  if (value === undefined || inclusive === undefined) {
    throw invalid("a bound that is not a number and a bool");
  }
  return { value, inclusive };
}

function refuse(problem: string): never {
  throw invalid(problem);
}

function invalid(problem: string): CtyError {
  return new CtyError("INVALID_MSGPACK", undefined, `an unknown value has ${problem}`);
}
