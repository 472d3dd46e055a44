export { BUILDER_ID, VSphereArtifact, type VSphereArtifactOptions } from "./artifact.ts";
export { vsphereCloneBuilder } from "./builder-clone.ts";
export { type CloneConfig, cloneConfig } from "./config/clone.ts";
export { type IsoConfig, isoConfig } from "./config/iso.ts";
export { VSphereError, type VSphereErrorCode } from "./errors.ts";
export { ContentLibraries } from "./rest/content-library.ts";
export type { ManagedObjectReference } from "./vim25/reference.ts";
export { type Credentials, VimSession } from "./vim25/session.ts";
