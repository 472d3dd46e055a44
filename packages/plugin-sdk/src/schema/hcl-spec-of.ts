import type { HclObjectSpec, HclSpec, HclType } from "@packerkit/plugin-protocol";
import type { z } from "zod";
import { type ComponentKind, checkReserved } from "./reserved.ts";
import type { BlockShape, ConfigShape } from "./shape.ts";
import { hclKind, shapeOf } from "./shape-of.ts";

/**
 * The HCL2 spec of a schema, by which Packer reads a template.
 *
 * | zod | HCL |
 * |---|---|
 * | `z.string()` and its formats, `z.enum`, `z.literal`, `z.templateLiteral`, `z.coerce.date()` | string |
 * | `z.number()`, `z.int()`, `z.coerce.bigint()` | number |
 * | `z.boolean()` | bool |
 * | unions of these; of several kinds, string | one of these |
 * | `z.array` of them, of lists and of maps; `z.tuple` of one kind | `list(…)` |
 * | `z.record(z.string(), …)` of the same | `map(…)` |
 * | `z.object` | block, at most once |
 * | `z.array(z.object)` | block, any number of times |
 *
 * Optional, nullable, default, prefault, catch, readonly and what follows a pipe, a transform or a codec make no
 * difference. Nothing is required in HCL's eyes, as in the official plugins: the schema finds out what is missing, so
 * that the user sees all problems at once.
 *
 * Source of the mapping: packer-plugin-sdk `cmd/packer-sdc/internal/mapstructure-to-hcl2`.
 *
 * @throws {PluginError} `SCHEMA_NOT_EXPRESSIBLE`, naming the field and the cure, also for names that Packer keeps for
 * itself in blocks of this kind of component.
 */
export function hclSpecOf(schema: z.ZodObject, component?: ComponentKind): HclObjectSpec {
  const shape = shapeOf(schema);
  if (component !== undefined) checkReserved(shape, component);
  return blockSpec(shape);
}

function blockSpec(shape: BlockShape): HclObjectSpec {
  return {
    kind: "object",
    attributes: Object.fromEntries(
      [...shape.fields].map(([name, field]) => [name, fieldSpec(name, field.shape)]),
    ),
  };
}

function fieldSpec(name: string, shape: ConfigShape): HclSpec {
  switch (shape.kind) {
    case "block":
      return { kind: "block_value", name, required: false, nested: blockSpec(shape) };
    case "blocks":
      return { kind: "block_list", name, nested: blockSpec(shape.block) };
    default:
      return { kind: "attr", name, type: hclType(shape), required: false };
  }
}

function hclType(shape: Exclude<ConfigShape, { kind: "block" | "blocks" }>): HclType {
  if (shape.kind === "primitive") return { kind: hclKind(shape.allowed) };
  return { kind: shape.kind, element: hclType(shape.element as typeof shape) };
}
