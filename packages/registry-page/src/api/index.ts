export * from "./ancestry.ts";
export * from "./buckets.ts";
export * from "./builds.ts";
export * from "./channels.ts";
export { RegistryError, type RegistryErrorCode } from "./registry-error.ts";
export type { Connection, PageRequest, Pagination } from "./request.ts";
export * from "./search.ts";
export * from "./session.ts";
export * from "./versions.ts";
