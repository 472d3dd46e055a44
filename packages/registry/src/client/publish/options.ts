import type { StateReader } from "@packerkit/registry-image";

/** What makes the images of a build: artifacts that are there, or a build that has yet to run. */
export type BuildSource =
  | StateReader
  | readonly StateReader[]
  | ((signal: AbortSignal) => Promise<StateReader | readonly StateReader[]>);

/** A version in a registry that a build's source image is of; `findArtifact` gives one. */
export interface ParentImage {
  externalIdentifier: string;
  versionId: string;
  channelId?: string | undefined;
}

/** A list of what an image is made of. */
export interface Sbom {
  /** 3 to 36 letters, digits and hyphens; the registry names it where it is left out. */
  name?: string;
  format: "CYCLONEDX" | "SPDX";
  /** JSON. */
  content: string | Uint8Array;
}

/** How a version is published. */
export interface PublishOptions {
  /** Made where it is missing. */
  bucket: string;
  /** Of the bucket; what is left out is removed from it, as Packer does. */
  description?: string;
  bucketLabels?: Record<string, string>;
  /** Of every build, beside the labels of its images. */
  buildLabels?: Record<string, string>;
  /** The version's; a new one where it is left out. The same one again resumes a version that is incomplete. */
  fingerprint?: string;
  templateType?: "HCL2" | "JSON";
  /** Channels to point at the version once it is complete. */
  channels?: readonly string[];
  /** Looked up by the images' source ids. */
  parents?: readonly ParentImage[];
  metadata?: { packer?: unknown; vcs?: unknown; cicd?: unknown };
  sboms?: readonly Sbom[];
  /** Cancels the builds that still run, and says so to the registry. */
  signal?: AbortSignal;
  /** Between two signs of life of a running build, in milliseconds; two minutes by default. */
  heartbeatPeriod?: number;
  /** Told what does not stop the publish: an image without use, a heartbeat that was lost. */
  onWarning?: (message: string) => void;
}

/** A build as it was stored. */
export interface PublishedBuild {
  componentType: string;
  id: string;
  artifacts: { externalIdentifier: string; region: string }[];
  /** True where an earlier run had published it, so that it was not run again. */
  resumed: boolean;
}

/** What a publish came to. */
export interface PublishedVersion {
  bucket: string;
  fingerprint: string;
  versionId: string;
  /** `v0` where HCP has not yet counted it, or where the version has builds of other runs that are not done. */
  versionName: string;
  status: string;
  builds: PublishedBuild[];
  channels: { name: string; assigned: boolean; problem?: string }[];
}
