/**
 * The state key under which Packer asks an artifact for its Image metadata.
 *
 * Source: `ArtifactStateURI`, packer-plugin-sdk `packer/registry/image/image.go`.
 */
export const ARTIFACT_STATE_URI = "par.artifact.metadata";

/**
 * What a build leaves behind, as Packer sees it.
 *
 * Source: the interface `Artifact`, packer-plugin-sdk `packer/artifact.go`.
 */
export interface Artifact {
  /** The id of the kind of builder that made this, such as `mitchellh.amazonebs`. */
  builderId(): string;
  /** The paths of the files that make up the artifact; empty where it is not made of files. */
  files(): readonly string[];
  /** The artifact's own id, such as `us-east-1:ami-0abc`. */
  id(): string;
  /** One or more lines for people. */
  toString(): string;
  /** Whatever the artifact keeps under `name`; `undefined` for a name that it does not know. */
  state(name: string): unknown;
  /** Removes what the build created. Rejects where something could not be removed. */
  destroy(): Promise<void>;
}

/** The part of an artifact that Image metadata is read from; an artifact in another process answers with promises. */
export interface StateReader {
  state(name: string): unknown;
}
