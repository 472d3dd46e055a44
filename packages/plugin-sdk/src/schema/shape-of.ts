import type { core, z } from "zod";
import { notExpressible } from "./not-expressible.ts";
import type {
  BlockShape,
  ConfigField,
  ConfigShape,
  PrimitiveKind,
  PrimitiveShape,
} from "./shape.ts";
import { unsupported } from "./unsupported.ts";
import { type Definition, type Unwrapped, unwrap } from "./unwrap.ts";

const shapes = new WeakMap<core.$ZodType, BlockShape>();

/**
 * The form of the settings that a schema takes.
 *
 * @throws {PluginError} `SCHEMA_NOT_EXPRESSIBLE`, naming the field and the cure.
 */
export function shapeOf(schema: z.ZodObject): BlockShape {
  const known = shapes.get(schema);
  if (known !== undefined) return known;
  const unwrapped = unwrap(schema, "");
  if (unwrapped.definition.type !== "object") {
    throw notExpressible("", `it is a ${unwrapped.definition.type}`, "use z.object");
  }
  const shape = blockShape(unwrapped.schema, unwrapped.definition, { path: "", within: [] });
  shapes.set(schema, shape);
  return shape;
}

/** Where the walk through a schema is. */
interface Place {
  readonly path: string;
  /** The schemas around this place: one of them here again means that the schema is recursive. */
  readonly within: readonly core.$ZodType[];
}

/** Deeper than any template; a schema whose getters make new schemas has no end. */
const MAX_DEPTH = 32;

/** The place inside a schema. */
function inside(place: Place, schema: core.$ZodType, step: string): Place {
  const { path, within } = place;
  if (within.includes(schema) || within.length > MAX_DEPTH) {
    throw notExpressible(path, "it contains itself", "use a fixed number of levels");
  }
  return {
    path: step.startsWith("[") || path === "" ? path + step : `${path}.${step}`,
    within: [...within, schema],
  };
}

type ObjectDefinition = Extract<Definition, { type: "object" }>;

function blockShape(schema: core.$ZodType, definition: ObjectDefinition, place: Place): BlockShape {
  const fields = new Map<string, ConfigField>();
  for (const [name, field] of Object.entries(definition.shape)) {
    fields.set(name, fieldOf(name, field, inside(place, schema, name)));
  }
  const { catchall } = definition;
  const open = catchall !== undefined && catchall._zod.def.type !== "never";
  return { kind: "block", fields, open };
}

function fieldOf(name: string, schema: core.$ZodType, place: Place): ConfigField {
  const unwrapped = unwrap(schema, place.path);
  const shape = shapeOfUnwrapped(unwrapped, place);
  checkName(name, shape, place);
  const { deprecated, instead, sensitive } = unwrapped.meta;
  return {
    shape,
    optional: schema._zod.optin !== undefined,
    nullable: unwrapped.nullable || takesNull(unwrapped.definition),
    ...(deprecated === true ? { deprecated: typeof instead === "string" ? instead : "" } : {}),
    sensitive: sensitive === true,
  };
}

function takesNull(definition: Definition): boolean {
  if (definition.type === "literal") return definition.values.includes(null);
  if (definition.type !== "union") return false;
  return definition.options.some((option) => {
    const { nullable, definition: member } = unwrap(option, "");
    return nullable || member.type === "null" || takesNull(member);
  });
}

function shapeOfUnwrapped(unwrapped: Unwrapped, place: Place): ConfigShape {
  const { schema, definition } = unwrapped;
  switch (definition.type) {
    case "object":
      return blockShape(schema, definition, place);
    case "array": {
      const element = elementShape(definition.element, inside(place, schema, "[*]"));
      return element.kind === "block"
        ? { kind: "blocks", block: element }
        : { kind: "list", element: withoutBlocks(element, place) };
    }
    case "tuple":
      return tupleShape(definition, inside(place, schema, "[*]"));
    case "record": {
      checkKeys(definition.keyType, place);
      const element = elementShape(definition.valueType, inside(place, schema, "*"));
      return { kind: "map", element: withoutBlocks(element, place) };
    }
    default:
      return primitiveShape(unwrapped, place);
  }
}

function elementShape(schema: core.$ZodType, place: Place): ConfigShape {
  return shapeOfUnwrapped(unwrap(schema, place.path), place);
}

function withoutBlocks(element: ConfigShape, { path }: Place): ConfigShape {
  if (element.kind !== "block" && element.kind !== "blocks") return element;
  throw notExpressible(
    path,
    "blocks can only be listed",
    "use z.array(z.object({ … })) and give the block an attribute for its name",
  );
}

function tupleShape(definition: Extract<Definition, { type: "tuple" }>, place: Place): ConfigShape {
  const members = [...definition.items, ...(definition.rest === null ? [] : [definition.rest])];
  const shapes = members.map((member) => elementShape(member, place));
  const kinds = new Set(
    shapes.map((shape) => (shape.kind === "primitive" ? hclKind(shape.allowed) : undefined)),
  );
  const [first] = shapes;
  if (first === undefined || kinds.size !== 1 || kinds.has(undefined)) {
    throw notExpressible(
      place.path,
      "the elements of a list are all of one type",
      "use z.object with a name for each element, or z.array",
    );
  }
  return { kind: "list", element: first };
}

function checkKeys(schema: core.$ZodType, { path }: Place): void {
  const { schema: keys, definition } = unwrap(schema, path);
  const kinds = primitiveKinds(keys, definition);
  if (kinds?.size === 1 && kinds.has("string")) return;
  throw notExpressible(path, "the keys of a map are strings", "use z.record(z.string(), …)");
}

function primitiveShape({ schema, definition }: Unwrapped, { path }: Place): PrimitiveShape {
  const allowed = primitiveKinds(schema, definition);
  if (allowed === undefined || allowed.size === 0) throw unsupported(definition, path);
  const parser = schema as z.ZodType;
  return { kind: "primitive", allowed, accepts: (value) => parser.safeParse(value).success };
}

/** The kinds of value that a schema takes; undefined where it takes anything else as well. */
function primitiveKinds(
  schema: core.$ZodType,
  definition: Definition,
): ReadonlySet<PrimitiveKind> | undefined {
  switch (definition.type) {
    case "string":
    case "template_literal":
      return new Set(["string"]);
    case "number":
      return new Set(["number"]);
    case "boolean":
      return new Set(["bool"]);
    case "bigint":
      return definition.coerce ? new Set(["number"]) : undefined;
    case "date":
      return definition.coerce ? new Set(["string"]) : undefined;
    case "enum":
    case "literal":
      return kindsOfValues([...(schema._zod.values ?? [])]);
    case "union":
      return kindsOfMembers(definition.options);
    default:
      return undefined;
  }
}

function kindsOfValues(values: readonly unknown[]): ReadonlySet<PrimitiveKind> | undefined {
  const kinds = new Set<PrimitiveKind>();
  for (const value of values) {
    if (value === null || value === undefined) continue;
    const kind = typeof value === "boolean" ? "bool" : typeof value;
    if (kind !== "string" && kind !== "number" && kind !== "bool") return undefined;
    kinds.add(kind);
  }
  return kinds;
}

function kindsOfMembers(members: readonly core.$ZodType[]): ReadonlySet<PrimitiveKind> | undefined {
  const kinds = new Set<PrimitiveKind>();
  for (const member of members) {
    const { schema, definition } = unwrap(member, "");
    if (definition.type === "null" || definition.type === "undefined") continue;
    const allowed = primitiveKinds(schema, definition);
    if (allowed === undefined) return undefined;
    for (const kind of allowed) kinds.add(kind);
  }
  return kinds;
}

/** The one type that HCL has for values of these kinds: it turns the others into strings by itself. */
export function hclKind(allowed: ReadonlySet<PrimitiveKind>): PrimitiveKind {
  const [only, ...others] = allowed;
  return only === undefined || others.length > 0 ? "string" : only;
}

function checkName(name: string, shape: ConfigShape, { path }: Place): void {
  if (!/^[\p{ID_Start}_][\p{ID_Continue}-]*$/u.test(name)) {
    throw notExpressible(
      path,
      "an attribute's name consists of letters, digits, _ and -, and does not start with a digit",
      "rename it",
    );
  }
  if (name === "dynamic" && (shape.kind === "block" || shape.kind === "blocks")) {
    throw notExpressible(path, "HCL keeps blocks of this name for itself", "rename it");
  }
}
