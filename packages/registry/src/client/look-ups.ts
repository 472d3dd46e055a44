import {
  ancestryAnswer,
  channelAnswer,
  searchAnswer,
  type VersionAnswer,
  versionAnswer,
} from "./answers.ts";
import type { Connection } from "./connection.ts";
import { RegistryClientError } from "./errors.ts";

const ABORTED = 10;

/** Which image is looked for. */
export interface ArtifactQuery {
  bucket: string;
  /** The channel, or the fingerprint of the version: one of them. */
  channel?: string;
  fingerprint?: string;
  platform: string;
  region: string;
  /** Such as `docker.example`, where several builds of one version have the platform. */
  componentType?: string;
}

/** An image that was found; what builds on it names it as its parent. */
export interface FoundArtifact {
  externalIdentifier: string;
  region: string;
  platform: string;
  labels: Record<string, string>;
  componentType: string;
  buildId: string;
  bucket: string;
  versionId: string;
  versionName: string;
  fingerprint: string;
  /** The channel that it was found by. */
  channelId: string | undefined;
}

/** A version and what it stands on. */
export interface Relation {
  child: RelatedVersion;
  /** `undefined` for a source that the registry does not know. */
  parent: (RelatedVersion & { channel: string; channelVersionName: string }) | undefined;
  status: "UP_TO_DATE" | "OUT_OF_DATE" | "UNDETERMINED";
  /** Empty at HCP, which does not say. */
  platform: string;
  sourceExternalIdentifier: string;
}

export interface RelatedVersion {
  bucket: string;
  versionId: string;
  versionName: string;
  fingerprint: string;
  /** Such as `VERSION_REVOKED`; empty at HCP, which does not say. */
  status: string;
}

/** A build that made an image. */
export interface ArtifactOwner {
  bucket: string;
  versionId: string;
  versionName: string;
  fingerprint: string;
  versionStatus: string;
  componentType: string;
  platform: string;
}

/**
 * The image that a channel, or a version, has for a platform and a region.
 *
 * @throws {RegistryClientError} `NOT_FOUND` without the channel, its version or such an image; `REVOKED` where the
 * version is revoked; `BAD_OPTION` without a channel or fingerprint, or with both.
 */
export async function findArtifact(
  connection: Connection,
  query: ArtifactQuery,
): Promise<FoundArtifact> {
  const { version, channelId } = await findVersion(connection, query);
  const place = `${version.name} of the bucket ${JSON.stringify(query.bucket)}`;
  if (version.status === "VERSION_REVOKED") {
    throw new RegistryClientError("REVOKED", `${place} is revoked and must not be built on`);
  }
  for (const build of version.builds) {
    if (build.platform !== query.platform) continue;
    if (query.componentType !== undefined && build.component_type !== query.componentType) continue;
    const artifact = build.artifacts.find((one) => one.region === query.region);
    if (artifact === undefined) continue;
    return {
      externalIdentifier: artifact.external_identifier,
      region: artifact.region,
      platform: build.platform,
      labels: build.labels,
      componentType: build.component_type,
      buildId: build.id,
      bucket: query.bucket,
      versionId: version.id,
      versionName: version.name,
      fingerprint: version.fingerprint,
      channelId,
    };
  }
  const available = version.builds.flatMap((build) =>
    build.artifacts.map(({ region }) => `${build.platform} ${region} (${build.component_type})`),
  );
  throw new RegistryClientError(
    "NOT_FOUND",
    `${place} has no image for ${query.platform} ${JSON.stringify(query.region)}; it has: ${available.join(", ") || "none"}`,
  );
}

/** What a bucket's latest version, or one version, stands on. Sources that the registry does not know only if asked for. */
export async function parentsOf(
  connection: Connection,
  query: { bucket: string; fingerprint?: string; includeUntracked?: boolean },
): Promise<Relation[]> {
  return await relations(connection, ancestryPath(query.bucket), {
    type: "ANCESTRY_TYPE_PARENTS",
    version_fingerprint: query.fingerprint,
    include_untracked: query.includeUntracked ? "true" : undefined,
  });
}

/** What stands on a bucket, or on one of its versions. */
export async function childrenOf(
  connection: Connection,
  query: { bucket: string; fingerprint?: string; channel?: string },
): Promise<Relation[]> {
  return await relations(connection, ancestryPath(query.bucket), {
    type: "ANCESTRY_TYPE_CHILDREN",
    version_fingerprint: query.fingerprint,
    channel_name: query.channel,
  });
}

/** What stands on a source, newest first: also on one that the registry does not know, such as a vendor's image. */
export async function builtOn(
  connection: Connection,
  sourceExternalIdentifier: string,
  filter: { platform?: string } = {},
): Promise<Relation[]> {
  const query = { source_external_identifier: sourceExternalIdentifier, ...filter };
  return await relations(connection, "/ancestry", query);
}

/** The builds of the project that made an image. */
export async function ownersOf(
  connection: Connection,
  externalIdentifier: string,
  filter: { platform?: string; region?: string } = {},
): Promise<ArtifactOwner[]> {
  const owners: ArtifactOwner[] = [];
  for (let token = ""; ; ) {
    const answer = await connection.call({
      method: "POST",
      path: "/_search/external_artifact",
      query: { "pagination.next_page_token": token || undefined },
      body: { external_identifier: externalIdentifier, ...filter },
      answer: searchAnswer,
    });
    owners.push(
      ...answer.artifacts.map(({ bucket, version, build }) => ({
        bucket: bucket.name,
        versionId: version.id,
        versionName: version.name,
        fingerprint: version.fingerprint,
        versionStatus: version.status,
        componentType: build.component_type,
        platform: build.platform,
      })),
    );
    token = answer.pagination;
    if (token === "") return owners;
  }
}

/** A version by its fingerprint; `undefined` where the bucket has none, which the API says with code 10. */
export async function loadVersion(
  connection: Connection,
  bucket: string,
  fingerprint: string,
  signal?: AbortSignal,
): Promise<VersionAnswer | undefined> {
  try {
    const { version } = await connection.call({
      method: "GET",
      path: `/buckets/${encodeURIComponent(bucket)}/versions/${encodeURIComponent(fingerprint)}`,
      answer: versionAnswer,
      signal,
    });
    return version;
  } catch (error) {
    if (error instanceof RegistryClientError && error.grpcCode === ABORTED) return undefined;
    throw error;
  }
}

async function findVersion(
  connection: Connection,
  { bucket, channel, fingerprint }: ArtifactQuery,
): Promise<{ version: VersionAnswer; channelId: string | undefined }> {
  const path = `/buckets/${encodeURIComponent(bucket)}`;
  if (channel !== undefined && fingerprint === undefined) {
    const found = await connection.call({
      method: "GET",
      path: `${path}/channels/${encodeURIComponent(channel)}`,
      answer: channelAnswer,
    });
    const { id, version } = found.channel;
    if (version) return { version, channelId: id };
    throw new RegistryClientError(
      "NOT_FOUND",
      `the channel ${JSON.stringify(channel)} of the bucket ${JSON.stringify(bucket)} points at no version: assign one`,
    );
  }
  if (fingerprint !== undefined && channel === undefined) {
    const version = await loadVersion(connection, bucket, fingerprint);
    if (version !== undefined) return { version, channelId: undefined };
    throw new RegistryClientError(
      "NOT_FOUND",
      `the bucket ${JSON.stringify(bucket)} has no version ${fingerprint}`,
    );
  }
  throw new RegistryClientError("BAD_OPTION", "look by a channel or by a fingerprint, one of them");
}

function ancestryPath(bucket: string): string {
  return `/buckets/${encodeURIComponent(bucket)}/ancestry`;
}

async function relations(
  connection: Connection,
  path: string,
  query: Record<string, string | undefined>,
): Promise<Relation[]> {
  const found: Relation[] = [];
  for (let token = ""; ; ) {
    const answer = await connection.call({
      method: "GET",
      path,
      query: { ...query, "pagination.next_page_token": token || undefined },
      answer: ancestryAnswer,
    });
    for (const { child, parent, ...relation } of answer.relations) {
      if (!child) continue;
      found.push({
        child: relatedVersion(child),
        parent: parent
          ? {
              ...relatedVersion(parent),
              channel: parent.channel_name,
              channelVersionName: parent.channel_version?.name ?? "",
            }
          : undefined,
        status: relation.status as Relation["status"],
        platform: relation.platform,
        sourceExternalIdentifier: relation.source_external_identifier,
      });
    }
    token = answer.pagination;
    if (token === "") return found;
  }
}

function relatedVersion(one: {
  bucket_name: string;
  version_id: string;
  version_name: string;
  version_fingerprint: string;
  version_status: string;
}): RelatedVersion {
  return {
    bucket: one.bucket_name,
    versionId: one.version_id,
    versionName: one.version_name,
    fingerprint: one.version_fingerprint,
    status: one.version_status,
  };
}
