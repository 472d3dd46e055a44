export type { Tenant } from "./connection.ts";
export { RegistryClientError, type RegistryClientErrorCode } from "./errors.ts";
export type {
  ArtifactOwner,
  ArtifactQuery,
  FoundArtifact,
  RelatedVersion,
  Relation,
} from "./look-ups.ts";
export {
  type Environment,
  optionsFromEnvironment,
  type RegistryClientOptions,
  type TlsMode,
} from "./options.ts";
export type {
  BuildSource,
  ParentImage,
  PublishedBuild,
  PublishedVersion,
  PublishOptions,
  Sbom,
} from "./publish/options.ts";
export { RegistryClient } from "./registry-client.ts";
