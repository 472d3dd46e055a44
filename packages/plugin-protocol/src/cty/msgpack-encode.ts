import { type CtyCompound, type CtyPart, checkKind, partsOf } from "./conformance.ts";
import type { CtyPath } from "./errors.ts";
import { writeNumber } from "./msgpack-number.ts";
import { MsgpackWriter } from "./msgpack-writer.ts";
import { writeUnknown } from "./refinement.ts";
import { type CtyType, ctyType } from "./type.ts";
import { ctyTypeToJson } from "./type-json.ts";
import { type CtyValue, ctyTypeOf } from "./value.ts";

/**
 * Writes a value as msgpack, unknowns included; under the dynamic type, which is how a data source answers Packer,
 * as the pair of its type and itself.
 *
 * Source: zclconf/go-cty v1.13.3 `cty/msgpack/marshal.go`, `docs/marshal.md`.
 *
 * @throws {CtyError} `TYPE_MISMATCH` where the value is not of the type.
 */
export function encodeCtyMsgpack(value: CtyValue, type: CtyType = ctyType.dynamic): Buffer {
  const writer = new MsgpackWriter();
  encode(writer, value, type, undefined);
  return writer.finish();
}

function encode(
  writer: MsgpackWriter,
  value: CtyValue,
  type: CtyType,
  path: CtyPath | undefined,
): void {
  if (type.kind === "dynamic") {
    const actual = ctyTypeOf(value);
    if (actual.kind !== "dynamic") {
      writer.arrayHeader(2);
      writer.binary(Buffer.from(JSON.stringify(ctyTypeToJson(actual))));
      encode(writer, value, actual, path);
      return;
    }
  }
  checkKind(value, type, path);
  switch (value.kind) {
    case "null":
      writer.nil();
      break;
    case "unknown":
      writeUnknown(writer, value.refinement);
      break;
    case "string":
      writer.string(value.value);
      break;
    case "bool":
      writer.bool(value.value);
      break;
    case "number":
      writeNumber(writer, value.value);
      break;
    default:
      encodeCompound(writer, value, partsOf(value, type, path));
  }
}

function encodeCompound(
  writer: MsgpackWriter,
  value: CtyCompound,
  parts: readonly CtyPart[],
): void {
  const isKeyed = value.kind === "map" || value.kind === "object";
  if (isKeyed) writer.mapHeader(parts.length);
  else writer.arrayHeader(parts.length);
  for (const { item, type, path } of parts) {
    if (isKeyed) writer.string(String(path.step));
    encode(writer, item, type, path);
  }
}
