export { BUILDER_ID, ImageArtifact, type ImageArtifactOptions, PROVIDER } from "./artifact.ts";
export { googleComputeBuilder } from "./builder.ts";
export { ComputeClient } from "./client.ts";
export { configSchema, type GoogleComputeConfig } from "./config.ts";
export { GoogleComputeError, type GoogleComputeErrorCode } from "./errors.ts";
