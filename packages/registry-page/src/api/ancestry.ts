import { askProject, type Connection, pageQuery, type Query } from "./request.ts";
import type { AncestryStatus, VersionStatus } from "./versions.ts";

/** A version at one end of a relation. */
export interface Relative {
  bucket_name: string;
  version_id: string;
  version_name: string;
  version_fingerprint: string;
  version_status: VersionStatus;
}

/** A version that another one was built on, and the channel that it was found by. */
export interface Parent extends Relative {
  channel_name?: string;
  /** What the channel points at now. */
  channel_version?: { id: string; name: string; fingerprint: string };
}

/** What a version was built on. */
export interface Relation {
  child: Relative;
  /** Absent for a source that the registry does not know, such as a vendor's image. */
  parent?: Parent;
  status: AncestryStatus;
  platform: string;
  source_external_identifier: string;
}

/** Which relations of a version to list. */
export interface RelationRequest {
  bucket: string;
  fingerprint: string;
  type: "parents" | "children";
  pageSize: number;
}

/** Some relations, and how many there are in all. */
export interface Relations {
  relations: Relation[];
  total: number;
}

/**
 * What a version was built on, with the sources that the registry does not know, or what was built on it. `total`
 * counts also those that the page has no room for.
 *
 * @throws {RegistryError}
 */
export async function listRelations(
  connection: Connection,
  { bucket, fingerprint, type, pageSize }: RelationRequest,
  signal?: AbortSignal,
): Promise<Relations> {
  return await ask(connection, ["buckets", bucket, "ancestry"], signal, {
    ...pageQuery({ pageSize }),
    type: `ANCESTRY_TYPE_${type.toUpperCase()}`,
    version_fingerprint: fingerprint,
    include_untracked: type === "parents" ? "true" : undefined,
  });
}

/**
 * What was built on an image, newest first: also on one that the registry does not know, such as a vendor's.
 *
 * @throws {RegistryError}
 */
export async function listBuiltOn(
  connection: Connection,
  {
    identifier,
    platform,
    pageSize,
  }: { identifier: string; platform: string | undefined; pageSize: number },
  signal?: AbortSignal,
): Promise<Relations> {
  return await ask(connection, ["ancestry"], signal, {
    ...pageQuery({ pageSize }),
    source_external_identifier: identifier,
    platform: platform || undefined,
  });
}

async function ask(
  connection: Connection,
  path: string[],
  signal: AbortSignal | undefined,
  query: Query,
): Promise<Relations> {
  const answer = await askProject<{ relations?: Relation[]; total_count?: number }>(
    connection,
    path,
    { query, signal },
  );
  const relations = answer.relations ?? [];
  return { relations, total: Math.max(answer.total_count ?? 0, relations.length) };
}
