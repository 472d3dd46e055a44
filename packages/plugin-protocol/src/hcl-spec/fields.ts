import { HclSpecError } from "./errors.ts";

/** The numbers of the fields in packer-plugin-sdk `rpc/hcl_spec.proto`. */
export const SPEC = { object: 1, attr: 2, blockValue: 3, blockList: 4 } as const;
export const OBJECT = { attributes: 1 } as const;
export const MAP_ENTRY = { key: 1, value: 2 } as const;
export const ATTR = { name: 1, type: 2, required: 3 } as const;
export const BLOCK = { name: 1, required: 2, nested: 3 } as const;
export const BLOCK_LIST = { name: 1, nested: 2 } as const;
export const TYPE = { primitive: 1, list: 2, map: 3 } as const;
export const PRIMITIVE = { typeString: 1 } as const;
export const COLLECTION = { elementType: 1 } as const;

/** How Go spells the primitive types in a spec. */
export const TYPE_STRINGS = {
  string: "cty.String",
  number: "cty.Number",
  bool: "cty.Bool",
} as const;

const MAX_DEPTH = 200;

/** Limits how deep specs and types nest; each block takes two levels, its own and its attributes'. */
export function checkDepth(depth: number): void {
  if (depth > MAX_DEPTH) throw new HclSpecError([], `nests deeper than ${MAX_DEPTH} levels`);
}
