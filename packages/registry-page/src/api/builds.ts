import { askProject, type Connection } from "./request.ts";

export type BuildStatus =
  | "BUILD_UNSET"
  | "BUILD_RUNNING"
  | "BUILD_DONE"
  | "BUILD_CANCELLED"
  | "BUILD_FAILED";

/** An image, in one region of one platform. */
export interface Artifact {
  id: string;
  external_identifier: string;
  region: string;
  created_at: string;
}

/** What Packer says about a build; each part is JSON of any shape. */
export interface BuildMetadata {
  packer?: unknown;
  vcs?: unknown;
  cicd?: unknown;
}

/** What one source of a template made. */
export interface Build {
  id: string;
  version_id: string;
  component_type: string;
  platform: string;
  status: BuildStatus;
  packer_run_uuid: string;
  /** The image that it was built from; empty where it is not known. */
  source_external_identifier: string;
  labels: Record<string, string>;
  artifacts: Artifact[];
  /** Only in answers about one version. */
  metadata?: BuildMetadata;
  created_at: string;
  updated_at: string;
}

/** A software bill of materials. */
export interface Sbom {
  id: string;
  name: string;
  format: string;
}

/** Where a build is. */
export interface BuildPath {
  bucket: string;
  fingerprint: string;
  buildId: string;
}

/** The bills of materials of a build. @throws {RegistryError} */
export async function listSboms(
  connection: Connection,
  path: BuildPath,
  signal?: AbortSignal,
): Promise<Sbom[]> {
  const answer = await askProject<{ sboms?: Sbom[] }>(connection, sbomsOf(path), { signal });
  return answer.sboms ?? [];
}

/** An address that the bill can be downloaded from for a short time. @throws {RegistryError} */
export async function sbomAddress(
  connection: Connection,
  path: BuildPath,
  name: string,
): Promise<string> {
  const answer = await askProject<{ download_url: string }>(connection, [...sbomsOf(path), name]);
  return answer.download_url;
}

function sbomsOf({ bucket, fingerprint, buildId }: BuildPath): string[] {
  return ["buckets", bucket, "versions", fingerprint, "builds", buildId, "sboms"];
}
