export { BUILDER_ID, ImageArtifact, type ImageArtifactOptions, PROVIDER } from "./artifact.ts";
export { googleComputeBuilder } from "./builder.ts";
export { ComputeClient } from "./client.ts";
export { configSchema, type GoogleComputeConfig } from "./config.ts";
export { GoogleComputeError, type GoogleComputeErrorCode } from "./errors.ts";
export {
  EXPORT_BUILDER_ID,
  ExportArtifact,
  type ExportArtifactOptions,
} from "./export/artifact.ts";
export { googleComputeExport } from "./export/post-processor.ts";
export {
  IMPORT_BUILDER_ID,
  ImportArtifact,
  type ImportArtifactOptions,
} from "./import/artifact.ts";
export { googleComputeImport } from "./import/post-processor.ts";
export { StorageClient } from "./storage-client.ts";
