export { decodeHclSpec } from "./decode.ts";
export { encodeHclSpec } from "./encode.ts";
export { HclSpecError } from "./errors.ts";
export { ctyTypeOfSpec, type HclObjectSpec, type HclSpec, type HclType } from "./spec.ts";
