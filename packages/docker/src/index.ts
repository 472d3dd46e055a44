export {
  BUILDER_ID_EXPORT,
  BUILDER_ID_IMPORT,
  BUILDER_ID_TAG,
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
export { dockerImport } from "./post-processors/docker-import.ts";
export { dockerPush } from "./post-processors/docker-push.ts";
export { dockerSave } from "./post-processors/docker-save.ts";
export { dockerTag } from "./post-processors/docker-tag.ts";
