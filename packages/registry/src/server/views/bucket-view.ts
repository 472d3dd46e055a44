import { and, count, eq, inArray, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { AncestryStatus, Bucket } from "../../api/index.ts";
import { type buckets, builds, channels, versions } from "../../storage/schema/index.ts";
import type { Work } from "../work.ts";
import { hrefOf, locationOf } from "./location.ts";
import { presentVersion, VERSION_PARTS, type VersionRow } from "./version-view.ts";

export type BucketRow = typeof buckets.$inferSelect;

/** Buckets as they are sent, in the order in which they are given. */
export async function presentBuckets(rows: readonly BucketRow[], work: Work): Promise<Bucket[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const [latest, counts, children] = await Promise.all([
    latestVersions(work, ids),
    versionCounts(work, ids),
    childrenStatuses(work, ids),
  ]);
  return rows.map((row) => {
    const version = latest.get(row.id);
    const shown = version === undefined ? undefined : presentVersion(version, work);
    const childStatus = children.get(row.id);
    return {
      id: row.id,
      name: row.name,
      resource_name: `packer/project/${row.projectId}/bucket/${row.name}`,
      location: locationOf(work.caller),
      description: row.description,
      labels: row.labels,
      platforms: row.platforms,
      version_count: String(counts.get(row.id) ?? 0),
      ...(shown === undefined ? {} : { latest_version: shown }),
      ...relation(work, row, "parents", shown?.parents?.status),
      ...relation(work, row, "children", childStatus),
      created_at: row.createdAt.toISOString(),
      updated_at: row.updatedAt.toISOString(),
    };
  });
}

/** One bucket as it is sent. */
export async function presentBucket(row: BucketRow, work: Work): Promise<Bucket> {
  const [bucket] = await presentBuckets([row], work);
  return bucket as Bucket;
}

async function latestVersions(work: Work, ids: string[]): Promise<Map<string, VersionRow>> {
  const rows = await work.database.query.channels.findMany({
    columns: { bucketId: true },
    where: and(inArray(channels.bucketId, ids), eq(channels.managed, true)),
    with: { version: VERSION_PARTS },
  });
  return new Map(
    rows.flatMap(({ bucketId, version }) => (version === null ? [] : [[bucketId, version]])),
  );
}

async function versionCounts(work: Work, ids: string[]): Promise<Map<string, number>> {
  const rows = await work.database
    .select({ id: versions.bucketId, count: count() })
    .from(versions)
    .where(inArray(versions.bucketId, ids))
    .groupBy(versions.bucketId);
  return new Map(rows.map((row) => [row.id, row.count]));
}

/** The worst status of the latest versions of other buckets that stand on any version of each bucket. */
async function childrenStatuses(work: Work, ids: string[]): Promise<Map<string, AncestryStatus>> {
  const parent = alias(versions, "parent");
  const child = alias(versions, "child");
  const latest = alias(channels, "latest");
  const used = alias(channels, "used");
  const rows = await work.database
    .select({
      id: parent.bucketId,
      outOfDate: sql<boolean>`bool_or(${used.id} IS NOT NULL
        AND ${used.versionId} IS DISTINCT FROM ${builds.parentVersionId})`,
      undetermined: sql<boolean>`bool_or(${used.id} IS NULL)`,
    })
    .from(parent)
    .innerJoin(builds, eq(builds.parentVersionId, parent.id))
    .innerJoin(child, eq(child.id, builds.versionId))
    .innerJoin(
      latest,
      and(
        eq(latest.bucketId, child.bucketId),
        eq(latest.managed, true),
        eq(latest.versionId, child.id),
      ),
    )
    .leftJoin(used, eq(used.id, builds.parentChannelId))
    .where(inArray(parent.bucketId, ids))
    .groupBy(parent.bucketId);
  return new Map(
    rows.map((row): [string, AncestryStatus] => [
      row.id,
      row.outOfDate ? "OUT_OF_DATE" : row.undetermined ? "UNDETERMINED" : "UP_TO_DATE",
    ]),
  );
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
