import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
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

/**
 * The protobuf message in which a plugin answers `ConfigSpec` and `OutputSpec`. Attributes are sorted, so the same spec
 * gives the same bytes.
 *
 * Source: packer-plugin-sdk v0.6.10 `rpc/hcl_spec.proto`, `rpc/convert.go`.
 *
 * @throws {HclSpecError} where it nests too deep, or without end.
 */
export function encodeHclSpec(spec: HclObjectSpec): Uint8Array {
  const writer = new BinaryWriter();
  writeSpec(writer, spec, 0);
  return writer.finish();
}

function writeSpec(writer: BinaryWriter, spec: HclSpec, depth: number): void {
  checkDepth(depth);
  switch (spec.kind) {
    case "object":
      message(writer, SPEC.object, () => writeAttributes(writer, spec, depth));
      break;
    case "attr":
      message(writer, SPEC.attr, () => {
        text(writer, ATTR.name, spec.name);
        message(writer, ATTR.type, () => writeType(writer, spec.type, depth));
        flag(writer, ATTR.required, spec.required);
      });
      break;
    case "block_value":
      message(writer, SPEC.blockValue, () => {
        text(writer, BLOCK.name, spec.name);
        flag(writer, BLOCK.required, spec.required);
        message(writer, BLOCK.nested, () => writeSpec(writer, spec.nested, depth + 1));
      });
      break;
    case "block_list":
      message(writer, SPEC.blockList, () => {
        text(writer, BLOCK_LIST.name, spec.name);
        message(writer, BLOCK_LIST.nested, () => writeSpec(writer, spec.nested, depth + 1));
      });
  }
}

function writeAttributes(writer: BinaryWriter, spec: HclObjectSpec, depth: number): void {
  for (const name of Object.keys(spec.attributes).sort()) {
    message(writer, OBJECT.attributes, () => {
      writer.tag(MAP_ENTRY.key, WireType.LengthDelimited).string(name);
      message(writer, MAP_ENTRY.value, () =>
        writeSpec(writer, spec.attributes[name] as HclSpec, depth + 1),
      );
    });
  }
}

function writeType(writer: BinaryWriter, type: HclType, depth: number): void {
  checkDepth(depth);
  if (type.kind === "list" || type.kind === "map") {
    message(writer, TYPE[type.kind], () =>
      message(writer, COLLECTION.elementType, () => writeType(writer, type.element, depth + 1)),
    );
  } else {
    message(writer, TYPE.primitive, () =>
      text(writer, PRIMITIVE.typeString, TYPE_STRINGS[type.kind]),
    );
  }
}

function message(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write();
  writer.join();
}

/** Protobuf leaves out an empty text and a false. */
function text(writer: BinaryWriter, field: number, value: string): void {
  if (value !== "") writer.tag(field, WireType.LengthDelimited).string(value);
}

function flag(writer: BinaryWriter, field: number, value: boolean): void {
  if (value) writer.tag(field, WireType.Varint).bool(value);
}
