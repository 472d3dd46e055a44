export * from "./buckets.ts";
export * from "./builds.ts";
export * from "./channels.ts";
export * from "./enforced-blocks.ts";
export * from "./relations.ts";
export * from "./tenants.ts";
