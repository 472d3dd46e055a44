import type { core } from "zod";
import { notExpressible } from "./not-expressible.ts";

/** The definition of any schema of zod's, told apart by `type`. */
export type Definition = core.$ZodTypes["_zod"]["def"];

/** A schema without its wrappers, and what the wrappers said. */
export interface Unwrapped {
  readonly schema: core.$ZodType;
  readonly definition: Definition;
  readonly nullable: boolean;
  readonly meta: Readonly<Record<string, unknown>>;
}

/** How many wrappers are looked into; a `lazy` that makes itself anew each time would have no end. */
const MAX_WRAPPERS = 50;

/**
 * Takes off what does not matter to the form of the input: optional, nullable, defaults, catch, readonly, lazy, and
 * the output side of pipes, transforms and codecs. Metadata of an outer wrapper wins.
 */
export function unwrap(schema: core.$ZodType, path: string): Unwrapped {
  let inner = schema;
  let nullable = false;
  let meta: Record<string, unknown> = {};
  for (let wrappers = 0; wrappers < MAX_WRAPPERS; wrappers++) {
    meta = { ...metaOf(inner), ...meta };
    const definition = definitionOf(inner);
    const next = insideOf(definition);
    if (next === undefined) return { schema: inner, definition, nullable, meta };
    nullable ||= definition.type === "nullable";
    inner = next;
  }
  throw notExpressible(path, "it is recursive", "use a fixed number of levels");
}

export function definitionOf(schema: core.$ZodType): Definition {
  return schema._zod.def as Definition;
}

function insideOf(definition: Definition): core.$ZodType | undefined {
  switch (definition.type) {
    case "optional":
    case "nullable":
    case "default":
    case "prefault":
    case "nonoptional":
    case "readonly":
    case "catch":
      return definition.innerType;
    case "lazy":
      return definition.getter();
    case "pipe":
      return definitionOf(definition.in).type === "transform" ? definition.out : definition.in;
    default:
      return undefined;
  }
}

/** What `.meta()` and `.describe()` said; the registry is reached through the schema, so zod is not imported. */
function metaOf(schema: core.$ZodType): Record<string, unknown> {
  const { meta } = schema as { meta?: () => Record<string, unknown> | undefined };
  return (typeof meta === "function" ? meta.call(schema) : undefined) ?? {};
}
