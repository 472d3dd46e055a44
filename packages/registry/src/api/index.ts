export * from "./bucket.ts";
export * from "./build.ts";
export * from "./channel.ts";
export * from "./common.ts";
export * from "./limits.ts";
export * from "./version.ts";
