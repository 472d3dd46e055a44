import type { AncestryStatus, Bucket } from "../../api/index.ts";
import { type SQL, sql } from "../../storage/drizzle.ts";
import type { buckets, channels } from "../../storage/schema/index.ts";
import type { Work } from "../work.ts";
import { hrefOf, locationOf } from "./location.ts";
import { presentVersion, VERSION_PARTS, type VersionRow } from "./version-view.ts";

export type BucketColumns = typeof buckets.$inferSelect;

/** A bucket with what {@link presentBucket} shows of it. */
export type BucketRow = BucketColumns & {
  versionCount: number;
  /** The worst among the latest versions of other buckets that stand on any version of this one. */
  childrenStatus: AncestryStatus | null;
  /** `latest` alone. */
  channels: { version: VersionRow | null }[];
};

/** What to load of a bucket for {@link presentBucket}. */
export const BUCKET_PARTS = {
  with: {
    channels: {
      columns: {},
      where: (channel: Pick<typeof channels, "managed">) => sql`${channel.managed}`,
      with: { version: VERSION_PARTS },
    },
  },
  extras: (row: Pick<typeof buckets, "id">) => ({
    versionCount: versionCount(row.id),
    childrenStatus: childrenStatus(row.id),
  }),
} as const;

/** A bucket as it is sent. */
export function presentBucket(row: BucketRow, work: Work): Bucket {
  const [latest] = row.channels;
  const version = latest?.version ? presentVersion(latest.version, work) : undefined;
  return {
    id: row.id,
    name: row.name,
    resource_name: `packer/project/${row.projectId}/bucket/${row.name}`,
    location: locationOf(work.caller),
    description: row.description,
    labels: row.labels,
    platforms: row.platforms,
    version_count: String(row.versionCount),
    ...(version === undefined ? {} : { latest_version: version }),
    ...relation(work, row, "parents", version?.parents?.status),
    ...relation(work, row, "children", row.childrenStatus ?? undefined),
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

function versionCount(id: typeof buckets.id): SQL.Aliased<number> {
  const total = sql<number>`(SELECT count(*)::int FROM versions one WHERE one.bucket_id = ${id})`;
  return total.as("version_count");
}

function childrenStatus(id: typeof buckets.id): SQL.Aliased<AncestryStatus | null> {
  return sql<AncestryStatus | null>`(
    SELECT CASE
      WHEN bool_or(used.version_id IS DISTINCT FROM build.parent_version_id)
        FILTER (WHERE used.id IS NOT NULL) THEN 'OUT_OF_DATE'
      WHEN bool_or(used.id IS NULL) THEN 'UNDETERMINED'
      WHEN count(*) > 0 THEN 'UP_TO_DATE'
    END
    FROM bucket_children known
    JOIN channels latest ON latest.bucket_id = known.child_bucket_id AND latest.managed
    JOIN builds build ON build.version_id = latest.version_id
    JOIN versions parent ON parent.id = build.parent_version_id AND parent.bucket_id = known.parent_bucket_id
    LEFT JOIN channels used ON used.id = build.parent_channel_id
    WHERE known.parent_bucket_id = ${id}
  )`.as("children_status");
}

function relation(
  { caller }: Work,
  row: BucketRow,
  kind: "parents" | "children",
  status: AncestryStatus | undefined,
): Pick<Bucket, "parents" | "children"> {
  if (status === undefined) return {};
  const href = `${hrefOf(caller, "buckets", row.name, "ancestry")}?type=ANCESTRY_TYPE_${kind.toUpperCase()}`;
  return { [kind]: { href, status } };
}
