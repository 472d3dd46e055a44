import type { Artifact } from "@packerkit/registry-image";

/** An artifact that lives in another process: every question is a call, which may fail. */
export interface RemoteArtifact {
  builderId(): Promise<string>;
  files(): Promise<string[]>;
  id(): Promise<string>;
  /** What `toString` answers for an artifact in this process. */
  summary(): Promise<string>;
  /** As it came over the wire: images have the field names of the Go struct; `null` where the name is unknown. */
  state(name: string): Promise<unknown>;
  destroy(): Promise<void>;
}

/** An artifact here or elsewhere. */
export type AnyArtifact = Artifact | RemoteArtifact;
