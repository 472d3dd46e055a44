import { commonType } from "./conformance.ts";
import { CtyError, type CtyPath } from "./errors.ts";
import { parseJson } from "./json-text.ts";
import { type CtyLimits, checkCount, checkDepth, checkSize, defaultCtyLimits } from "./limits.ts";
import { readNumber } from "./msgpack-number.ts";
import { MsgpackReader } from "./msgpack-reader.ts";
import { readUnknown } from "./refinement.ts";
import { type CtyType, ctyType, ctyTypeName, withoutOptional } from "./type.ts";
import { ctyTypeFromJson } from "./type-json.ts";
import { type CtyValue, cleanText, setItems, stringValue } from "./value.ts";

/**
 * Reads a value from msgpack; under the dynamic type, which is how a data source answers Packer, from the pair of its
 * type and itself. What follows the value is ignored, as Go does.
 *
 * Stricter than Go in three ways: an object and a tuple must have all their parts, keys must be strings, and a length
 * that promises more than there is ends in an error, not in an attempt to allocate it.
 *
 * Source: zclconf/go-cty v1.13.3 `cty/msgpack/unmarshal.go`.
 *
 * @throws {CtyError} `INVALID_MSGPACK`, `INVALID_TYPE`, `INVALID_NUMBER`, `TYPE_MISMATCH`, `LIMIT_EXCEEDED`
 */
export function decodeCtyMsgpack(
  source: Uint8Array,
  type: CtyType = ctyType.dynamic,
  limits: CtyLimits = defaultCtyLimits,
): CtyValue {
  checkSize(source.length, limits);
  return new Decoder(source, limits).decode(type, undefined, 0);
}

class Decoder {
  readonly #reader: MsgpackReader;
  readonly #limits: CtyLimits;
  #values = 0;

  constructor(source: Uint8Array, limits: CtyLimits) {
    this.#reader = new MsgpackReader(source);
    this.#limits = limits;
  }

  decode(type: CtyType, path: CtyPath | undefined, depth: number): CtyValue {
    checkDepth(depth, this.#limits);
    checkCount(++this.#values, this.#limits);
    const extension = this.#reader.extension();
    if (extension !== undefined) return readUnknown(extension, withoutOptional(type));
    if (this.#reader.skipNil()) return { kind: "null", type: withoutOptional(type) };
    switch (type.kind) {
      case "dynamic":
        return this.#dynamic(path, depth);
      case "string":
        return stringValue(this.#reader.string() ?? mismatch(type, path));
      case "number":
        return { kind: "number", value: readNumber(this.#reader, path) ?? mismatch(type, path) };
      case "bool":
        return { kind: "bool", value: this.#reader.bool() ?? mismatch(type, path) };
      case "list":
      case "set": {
        const length = this.#reader.arrayHeader() ?? mismatch(type, path);
        const items = this.#items(length, () => type.element, path, depth);
        const element = commonType(items, type.element, path);
        return { kind: type.kind, element, items: type.kind === "set" ? setItems(items) : items };
      }
      case "map":
        return this.#map(type.element, path, depth);
      case "tuple": {
        const length = this.#reader.arrayHeader();
        if (length !== type.elements.length) mismatch(type, path);
        const typeAt = (at: number) => type.elements[at] as CtyType;
        return { kind: "tuple", items: this.#items(type.elements.length, typeAt, path, depth) };
      }
      case "object":
        return this.#object(type.attributes, path, depth);
    }
  }

  #dynamic(path: CtyPath | undefined, depth: number): CtyValue {
    const description = this.#reader.arrayHeader() === 2 ? this.#reader.bytes() : undefined;
    if (description === undefined) {
      throw new CtyError("INVALID_MSGPACK", path, "not a pair of a type and a value");
    }
    return this.decode(ctyTypeFromJson(parseJson(description, this.#limits)), path, depth + 1);
  }

  #items(
    length: number,
    typeAt: (at: number) => CtyType,
    parent: CtyPath | undefined,
    depth: number,
  ): CtyValue[] {
    const items: CtyValue[] = [];
    for (let step = 0; step < length; step++) {
      items.push(this.decode(typeAt(step), { step, parent }, depth + 1));
    }
    return items;
  }

  #map(declared: CtyType, path: CtyPath | undefined, depth: number): CtyValue {
    const length = this.#reader.mapHeader() ?? mismatch(ctyType.map(declared), path);
    const entries = new Map<string, CtyValue>();
    for (let read = 0; read < length; read++) {
      const step = this.#key(path);
      entries.set(step, this.decode(declared, { step, parent: path }, depth + 1));
    }
    return { kind: "map", element: commonType([...entries.values()], declared, path), entries };
  }

  #object(types: ReadonlyMap<string, CtyType>, path: CtyPath | undefined, depth: number): CtyValue {
    const length = this.#reader.mapHeader();
    const attributes = new Map<string, CtyValue>();
    for (let read = 0; read < (length ?? 0); read++) {
      const step = this.#key(path);
      const type = types.get(step);
      if (type === undefined) {
        const place = { step, parent: path };
        throw new CtyError("TYPE_MISMATCH", place, "the type has no such attribute");
      }
      attributes.set(step, this.decode(type, { step, parent: path }, depth + 1));
    }
    if (length === undefined || attributes.size !== types.size) {
      throw new CtyError(
        "TYPE_MISMATCH",
        path,
        `an object of ${types.size} attributes is required`,
      );
    }
    return { kind: "object", attributes };
  }

  #key(path: CtyPath | undefined): string {
    const key = this.#reader.string();
    if (key === undefined) throw new CtyError("INVALID_MSGPACK", path, "a key is not a string");
    return cleanText(key);
  }
}

function mismatch(type: CtyType, path: CtyPath | undefined): never {
  throw new CtyError("TYPE_MISMATCH", path, `${ctyTypeName(type)} is required`);
}
