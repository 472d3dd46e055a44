import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { type FamilyLimits, loadFamily } from "../ancestry/family.ts";
import {
  type ArtifactQuery,
  type BucketOrder,
  type BuildPath,
  type ChannelPath,
  type Connection,
  channelHistory,
  getBucket,
  getChannel,
  getVersion,
  listBuckets,
  listBuiltOn,
  listChannels,
  listRelations,
  listSboms,
  listVersions,
  type PageRequest,
  type Revocation,
  revocationImpact,
  searchArtifact,
  type Version,
  type VersionPath,
} from "../api/index.ts";

/** How often a version that is being built is asked for, in milliseconds. */
const WATCH = 5_000;

const WHOLE_PAGE = 500;
const CHILDREN = 20;

export function bucketsQuery(connection: Connection, page: PageRequest & { order: BucketOrder }) {
  return queryOptions({
    queryKey: ["buckets", page],
    queryFn: ({ signal }) => listBuckets(connection, page, signal),
    placeholderData: keepPreviousData,
  });
}

/** All buckets, page after page, to look through. */
export function allBucketsQuery(connection: Connection) {
  return infiniteQueryOptions({
    queryKey: ["all-buckets"],
    queryFn: ({ signal, pageParam }) =>
      listBuckets(connection, { pageSize: WHOLE_PAGE, next: pageParam, order: "name" }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ pagination }) => pagination.next_page_token,
  });
}

export function bucketQuery(connection: Connection, name: string) {
  return queryOptions({
    queryKey: ["bucket", name],
    queryFn: ({ signal }) => getBucket(connection, name, signal),
  });
}

export function versionsQuery(connection: Connection, bucket: string, page: PageRequest) {
  return queryOptions({
    queryKey: ["versions", bucket, page],
    queryFn: ({ signal }) => listVersions(connection, bucket, page, signal),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.versions.some(isBeingBuilt) ? WATCH : false),
  });
}

export function versionQuery(connection: Connection, path: VersionPath) {
  return queryOptions({
    queryKey: ["version", path],
    queryFn: ({ signal }) => getVersion(connection, path, signal),
    refetchInterval: ({ state }) => (state.data && isBeingBuilt(state.data) ? WATCH : false),
  });
}

export function impactQuery(
  connection: Connection,
  path: VersionPath,
  choice: Pick<Revocation, "descendants" | "rollBack">,
) {
  return queryOptions({
    queryKey: ["impact", path, choice],
    queryFn: ({ signal }) => revocationImpact(connection, path, choice, signal),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
}

export function sbomsQuery(connection: Connection, path: BuildPath) {
  return queryOptions({
    queryKey: ["sboms", path],
    queryFn: ({ signal }) => listSboms(connection, path, signal),
  });
}

export function channelsQuery(connection: Connection, bucket: string) {
  return queryOptions({
    queryKey: ["channels", bucket],
    queryFn: ({ signal }) => listChannels(connection, bucket, signal),
  });
}

export function channelQuery(connection: Connection, path: ChannelPath) {
  return queryOptions({
    queryKey: ["channel", path],
    queryFn: ({ signal }) => getChannel(connection, path, signal),
  });
}

export function historyQuery(connection: Connection, path: ChannelPath, page: PageRequest) {
  return queryOptions({
    queryKey: ["history", path, page],
    queryFn: ({ signal }) => channelHistory(connection, path, page, signal),
    placeholderData: keepPreviousData,
  });
}

export function familyQuery(connection: Connection, path: VersionPath, limits: FamilyLimits) {
  return queryOptions({
    queryKey: ["family", path, limits],
    queryFn: ({ signal }) => loadFamily(connection, path, limits, signal),
    placeholderData: keepPreviousData,
  });
}

/** What was built on a version itself; the first of it. */
export function childrenQuery(connection: Connection, path: VersionPath) {
  return queryOptions({
    queryKey: ["children", path],
    queryFn: ({ signal }) =>
      listRelations(connection, { ...path, type: "children", pageSize: CHILDREN }, signal),
  });
}

/** What was built on an image that no build made; the newest of it. */
export function builtOnQuery(
  connection: Connection,
  image: { identifier: string; platform: string | undefined },
) {
  return queryOptions({
    queryKey: ["built-on", image],
    queryFn: ({ signal }) => listBuiltOn(connection, { ...image, pageSize: CHILDREN }, signal),
  });
}

export function artifactQuery(connection: Connection, query: ArtifactQuery) {
  return queryOptions({
    queryKey: ["artifact", query],
    queryFn: ({ signal }) => searchArtifact(connection, query, signal),
  });
}

function isBeingBuilt({ status }: Version): boolean {
  return status === "VERSION_RUNNING";
}
