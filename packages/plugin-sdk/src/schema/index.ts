export { hclSpecOf } from "./hcl-spec-of.ts";
export type { ComponentKind } from "./reserved.ts";
