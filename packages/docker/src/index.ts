export {
  BUILDER_ID_EXPORT,
  BUILDER_ID_IMPORT,
  ExportArtifact,
  type ExportArtifactOptions,
  ImportArtifact,
  type ImportArtifactOptions,
} from "./artifact.ts";
export { dockerBuilder } from "./builder.ts";
export { Engine } from "./client.ts";
export { DockerCommunicator, type DockerCommunicatorOptions } from "./communicator.ts";
export { configSchema, type DockerConfig } from "./config.ts";
export { type EngineAddress, readEngineAddress } from "./engine-address.ts";
export { DockerError, type DockerErrorCode } from "./errors.ts";
