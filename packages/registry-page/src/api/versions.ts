import type { Build } from "./builds.ts";
import {
  askProject,
  type Connection,
  type PageRequest,
  type Pagination,
  pageQuery,
} from "./request.ts";

export type VersionStatus =
  | "VERSION_UNSET"
  | "VERSION_RUNNING"
  | "VERSION_CANCELLED"
  | "VERSION_FAILED"
  | "VERSION_REVOKED"
  | "VERSION_REVOCATION_SCHEDULED"
  | "VERSION_ACTIVE"
  | "VERSION_INCOMPLETE";

/** Whether what was built on a version still stands on what the version's channel points at. */
export type AncestryStatus = "UNDETERMINED" | "UP_TO_DATE" | "OUT_OF_DATE";

/** A version that others inherited their revocation from; only its id is left where it was deleted. */
export interface RevokedAncestor {
  version_id: string;
  version_name?: string;
  version_fingerprint?: string;
  bucket_name?: string;
}

/** What a template made in one go, and again after a change. */
export interface Version {
  id: string;
  /** `v0` until the version is complete. */
  name: string;
  fingerprint: string;
  bucket_name: string;
  author_id: string;
  status: VersionStatus;
  template_type: string;
  has_descendants: boolean;
  parents?: { status: AncestryStatus };
  builds: Build[];
  revoke_at?: string;
  revocation_author?: string;
  revocation_message?: string;
  revocation_type?: "REVOCATION_TYPE_UNSET" | "MANUAL" | "INHERITED";
  revocation_inherited_from?: RevokedAncestor;
  created_at: string;
  updated_at: string;
}

/** Where a version is. */
export interface VersionPath {
  bucket: string;
  fingerprint: string;
}

/** How a version is revoked. */
export interface Revocation {
  message: string;
  /** RFC 3339; absent for now. */
  at?: string | undefined;
  /** Whether all that was built on it is revoked with it. */
  descendants: boolean;
  /** Whether channels that point at it go back to where they pointed before. */
  rollBack: boolean;
}

/** A version by its names. */
export interface VersionName {
  bucket_name: string;
  version_id: string;
  version_name: string;
  version_fingerprint: string;
}

/** What a revocation would do. */
export interface RevocationImpact {
  /** Those that would be revoked: the version itself first, then what was built on it. */
  versions: VersionName[];
  /** The channels that point at one of them; without `to`, nothing is left for them to point at. */
  channels: { bucket_name: string; channel_name: string; from: VersionName; to?: VersionName }[];
}

/** The versions of a bucket, newest first. @throws {RegistryError} */
export async function listVersions(
  connection: Connection,
  bucket: string,
  page: PageRequest = {},
  signal?: AbortSignal,
): Promise<{ versions: Version[]; pagination: Pagination }> {
  return await askProject(connection, ["buckets", bucket, "versions"], {
    query: pageQuery(page),
    signal,
  });
}

/** A version with its builds and their metadata. @throws {RegistryError} */
export async function getVersion(
  connection: Connection,
  { bucket, fingerprint }: VersionPath,
  signal?: AbortSignal,
): Promise<Version> {
  const path = ["buckets", bucket, "versions", fingerprint];
  return (await askProject<{ version: Version }>(connection, path, { signal })).version;
}

/** What revoking a version at once would do. @throws {RegistryError} where it cannot be revoked. */
export async function revocationImpact(
  connection: Connection,
  { bucket, fingerprint }: VersionPath,
  { descendants, rollBack }: Pick<Revocation, "descendants" | "rollBack">,
  signal?: AbortSignal,
): Promise<RevocationImpact> {
  const path = ["buckets", bucket, "versions", fingerprint, "revocation_impact"];
  return await askProject(connection, path, {
    query: {
      skip_descendants_revocation: String(!descendants),
      disable_rollback_channels: String(!rollBack),
    },
    signal,
  });
}

/** Revokes a version, now or later. @throws {RegistryError} where it is incomplete or revoked. */
export async function revokeVersion(
  connection: Connection,
  path: VersionPath,
  { message, at, descendants, rollBack }: Revocation,
): Promise<Version> {
  return await change(connection, path, {
    ...(at === undefined ? { revoke_in: "0s" } : { revoke_at: at }),
    revocation_message: message,
    skip_descendants_revocation: !descendants,
    disable_rollback_channels: !rollBack,
  });
}

/** Takes back a version's own revocation, and what others inherited from it. @throws {RegistryError} */
export async function restoreVersion(connection: Connection, path: VersionPath): Promise<Version> {
  return await change(connection, path, { restore: true });
}

async function change(
  connection: Connection,
  { bucket, fingerprint }: VersionPath,
  body: object,
): Promise<Version> {
  const path = ["buckets", bucket, "versions", fingerprint];
  const ask = { method: "PATCH", body } as const;
  return (await askProject<{ version: Version }>(connection, path, ask)).version;
}
