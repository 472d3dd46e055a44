import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { HclSpecError } from "./errors.ts";
import {
  ATTR,
  BLOCK,
  BLOCK_LIST,
  COLLECTION,
  checkDepth,
  MAP_ENTRY,
  OBJECT,
  PRIMITIVE,
  SPEC,
  TYPE,
  TYPE_STRINGS,
} from "./fields.ts";
import type { HclObjectSpec, HclSpec, HclType } from "./spec.ts";

/** Far above the largest spec there is, which has some hundred attributes. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Reads the protobuf message in which a plugin answers `ConfigSpec` and `OutputSpec`. Fields that a later version may
 * add are skipped.
 *
 * Source: packer-plugin-sdk v0.6.10 `rpc/hcl_spec.proto`, `rpc/convert.go`.
 *
 * @throws {HclSpecError} where it is not that message, is larger than 4 MiB or nests deeper than 200 levels.
 */
export function decodeHclSpec(bytes: Uint8Array): HclObjectSpec {
  if (bytes.length > MAX_BYTES) {
    throw new HclSpecError([], `is ${bytes.length} bytes long; the limit is ${MAX_BYTES}`);
  }
  let spec: HclSpec;
  try {
    spec = readSpec(bytes, [], 0);
  } catch (cause) {
    if (cause instanceof HclSpecError) throw cause;
    throw new HclSpecError([], "is not the protobuf message that it should be", { cause });
  }
  if (spec.kind !== "object") throw new HclSpecError([], `is ${spec.kind}, not an object`);
  return spec;
}

function readSpec(bytes: Uint8Array, path: readonly string[], depth: number): HclSpec {
  checkDepth(depth);
  const fields = readFields(bytes);
  const object = fields.message(SPEC.object);
  if (object !== undefined) return readObject(object, path, depth);
  const attr = fields.message(SPEC.attr);
  if (attr !== undefined) return readAttr(attr, path, depth);
  const block = fields.message(SPEC.blockValue);
  if (block !== undefined) {
    const inner = readFields(block);
    const name = inner.text(BLOCK.name);
    const nested = readNested(inner.message(BLOCK.nested), path, depth);
    return { kind: "block_value", name, required: inner.flag(BLOCK.required), nested };
  }
  const list = fields.message(SPEC.blockList);
  if (list === undefined) throw new HclSpecError(path, "is of none of the known kinds");
  const inner = readFields(list);
  const name = inner.text(BLOCK_LIST.name);
  return {
    kind: "block_list",
    name,
    nested: readNested(inner.message(BLOCK_LIST.nested), path, depth),
  };
}

function readObject(bytes: Uint8Array, path: readonly string[], depth: number): HclObjectSpec {
  const attributes = readFields(bytes)
    .messages(OBJECT.attributes)
    .map((entry): [string, HclSpec] => {
      const fields = readFields(entry);
      const name = fields.text(MAP_ENTRY.key);
      return [name, readNested(fields.message(MAP_ENTRY.value), [...path, name], depth)];
    });
  return { kind: "object", attributes: Object.fromEntries(attributes) };
}

function readAttr(bytes: Uint8Array, path: readonly string[], depth: number): HclSpec {
  const fields = readFields(bytes);
  const name = fields.text(ATTR.name);
  const type = fields.message(ATTR.type);
  if (type === undefined) throw new HclSpecError(path, "has no type");
  return {
    kind: "attr",
    name,
    type: readType(type, path, depth),
    required: fields.flag(ATTR.required),
  };
}

function readNested(
  bytes: Uint8Array | undefined,
  path: readonly string[],
  depth: number,
): HclSpec {
  if (bytes === undefined) throw new HclSpecError(path, "nothing follows the name");
  return readSpec(bytes, path, depth + 1);
}

function readType(bytes: Uint8Array, path: readonly string[], depth: number): HclType {
  checkDepth(depth);
  const fields = readFields(bytes);
  const primitive = fields.message(TYPE.primitive);
  if (primitive !== undefined) return readPrimitive(primitive, path);
  for (const kind of ["list", "map"] as const) {
    const collection = fields.message(TYPE[kind]);
    const element = collection && readFields(collection).message(COLLECTION.elementType);
    if (element !== undefined) return { kind, element: readType(element, path, depth + 1) };
  }
  throw new HclSpecError(path, "has a type of none of the known kinds");
}

function readPrimitive(bytes: Uint8Array, path: readonly string[]): HclType {
  const spelled = readFields(bytes).text(PRIMITIVE.typeString);
  for (const kind of ["string", "number", "bool"] as const) {
    if (spelled === TYPE_STRINGS[kind]) return { kind };
  }
  throw new HclSpecError(path, "has a type that is none of cty.String, cty.Number, cty.Bool");
}

/** The fields of one message by their numbers. Where a field that is single occurs again, the last one counts. */
interface Fields {
  text(field: number): string;
  flag(field: number): boolean;
  message(field: number): Uint8Array | undefined;
  messages(field: number): readonly Uint8Array[];
}

function readFields(bytes: Uint8Array): Fields {
  const reader = new BinaryReader(bytes);
  const delimited = new Map<number, Uint8Array[]>();
  const varints = new Map<number, boolean>();
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (wireType === WireType.LengthDelimited) {
      const values = delimited.get(field);
      if (values === undefined) delimited.set(field, [reader.bytes()]);
      else values.push(reader.bytes());
    } else if (wireType === WireType.Varint) {
      varints.set(field, reader.bool());
    } else {
      reader.skip(wireType, field);
    }
  }
  const last = (field: number) => delimited.get(field)?.at(-1);
  return {
    text: (field) => new TextDecoder("utf-8", { fatal: true }).decode(last(field)),
    flag: (field) => varints.get(field) ?? false,
    message: last,
    messages: (field) => delimited.get(field) ?? [],
  };
}
