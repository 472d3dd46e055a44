import {
  askProject,
  type Connection,
  type PageRequest,
  type Pagination,
  pageQuery,
} from "./request.ts";
import type { AncestryStatus, Version } from "./versions.ts";

/** All versions of one image. */
export interface Bucket {
  id: string;
  name: string;
  description: string;
  labels: Record<string, string>;
  platforms: string[];
  /** A count of 64 bits, as text. */
  version_count: string;
  /** Where the channel `latest` points. */
  latest_version?: Version;
  parents?: { status: AncestryStatus };
  children?: { status: AncestryStatus };
  created_at: string;
  updated_at: string;
}

/** How a list of buckets is sorted. */
export type BucketOrder = "name" | "updated_at desc" | "created_at desc";

/** The buckets of the project. @throws {RegistryError} */
export async function listBuckets(
  connection: Connection,
  { order, ...page }: PageRequest & { order?: BucketOrder } = {},
  signal?: AbortSignal,
): Promise<{ buckets: Bucket[]; pagination: Pagination }> {
  return await askProject(connection, ["buckets"], {
    query: { ...pageQuery(page), "sorting.order_by": order },
    signal,
  });
}

/** A bucket. @throws {RegistryError} with the status 404 where there is none of that name. */
export async function getBucket(
  connection: Connection,
  name: string,
  signal?: AbortSignal,
): Promise<Bucket> {
  return (await askProject<{ bucket: Bucket }>(connection, ["buckets", name], { signal })).bucket;
}
