import { type CtyPart, checkKind, partsOf } from "./conformance.ts";
import { CtyError, type CtyPath } from "./errors.ts";
import { numberText } from "./number.ts";
import { type CtyType, ctyType } from "./type.ts";
import { ctyTypeToJson } from "./type-json.ts";
import { type CtyValue, ctyTypeOf } from "./value.ts";

/**
 * Writes a value as JSON; under the dynamic type as `{"value": …, "type": …}`. Keys are sorted.
 *
 * Source: zclconf/go-cty v1.13.3 `cty/json/marshal.go`.
 *
 * @throws {CtyError} `TYPE_MISMATCH` where the value is not of the type; `UNKNOWN_VALUE` and `INVALID_NUMBER` for an
 * unknown and an infinity, which JSON does not have.
 */
export function encodeCtyJson(value: CtyValue, type: CtyType = ctyType.dynamic): string {
  return encode(value, type, undefined);
}

function encode(value: CtyValue, type: CtyType, path: CtyPath | undefined): string {
  if (type.kind === "dynamic") {
    const actual = ctyTypeOf(value);
    if (actual.kind !== "dynamic") {
      return `{"value":${encode(value, actual, path)},"type":${JSON.stringify(ctyTypeToJson(actual))}}`;
    }
  }
  checkKind(value, type, path);
  switch (value.kind) {
    case "null":
      return "null";
    case "unknown":
      throw new CtyError("UNKNOWN_VALUE", path, "a value that is not known cannot be put in JSON");
    case "string":
    case "bool":
      return JSON.stringify(value.value);
    case "number":
      if (value.value === Infinity || value.value === -Infinity) {
        throw new CtyError("INVALID_NUMBER", path, "infinity cannot be put in JSON");
      }
      return numberText(value.value);
    case "list":
    case "set":
    case "tuple":
      return `[${partsOf(value, type, path).map(encodePart).join(",")}]`;
    case "map":
    case "object": {
      const members = partsOf(value, type, path).map(
        (part) => `${JSON.stringify(part.path.step)}:${encodePart(part)}`,
      );
      return `{${members.join(",")}}`;
    }
  }
}

function encodePart(part: CtyPart): string {
  return encode(part.item, part.type, part.path);
}
