import type { AncestryQuery, Pagination, SourceAncestryQuery } from "../../api/index.ts";
import {
  and,
  count,
  eq,
  gt,
  isNotNull,
  isNull,
  ne,
  or,
  type SQL,
  sql,
} from "../../storage/drizzle.ts";
import { builds, channels, versions } from "../../storage/schema/index.ts";
import { maySee } from "../auth/roles.ts";
import { type Page, type PageQuery, type PageRules, pageOf } from "../pagination.ts";
import type { BucketColumns } from "../views/bucket-view.ts";
import { RELATION, type RelationRow } from "../views/relation-view.ts";
import type { Work } from "../work.ts";
import { findBucket } from "./buckets.ts";
import { findVersion } from "./versions.ts";

const { child, childBucket, parent, parentBucket, used, current } = RELATION;

const FIELDS: PageRules<RelationRow>["fields"] = {
  id: { column: builds.id, of: (row) => row.build.id },
};
const OLDEST_FIRST: PageRules<RelationRow> = { fields: FIELDS, defaultOrder: "id", unique: "id" };
const NEWEST_FIRST: PageRules<RelationRow> = { ...OLDEST_FIRST, defaultOrder: "id desc" };

/** A page of relations, and how many there are in all. */
export interface RelationPage {
  rows: RelationRow[];
  total: number;
  pagination: Pagination;
}

/** What a bucket's versions stand on, and what stands on them; several builds with one parent count once. */
export async function listAncestry(
  work: Work,
  bucketName: string,
  query: AncestryQuery,
): Promise<RelationPage> {
  const bucket = await findBucket(work, bucketName);
  const condition = and(or(...(await directions(work, bucket, query))), firstOfItsKind);
  return await readRelations(work, condition, pageOf(query, OLDEST_FIRST));
}

/** The complete versions that stand on a source, newest first; several builds of one version count once. */
export async function listSourceAncestry(
  work: Work,
  query: SourceAncestryQuery & PageQuery,
): Promise<RelationPage> {
  const { source_external_identifier: source, platform } = query;
  const condition = and(
    eq(builds.projectId, work.caller.projectId),
    eq(builds.sourceExternalIdentifier, source),
    // Written out for the index that has no builds without a source.
    sql`${builds.sourceExternalIdentifier} <> ''`,
    platform ? eq(builds.platform, platform) : undefined,
    gt(child.number, 0),
    firstOnItsSource,
  );
  return await readRelations(work, condition, pageOf(query, NEWEST_FIRST));
}

async function readRelations(
  work: Work,
  condition: SQL | undefined,
  page: Page<RelationRow>,
): Promise<RelationPage> {
  const { ids, total } = await select(work, condition, page);
  // As an array of unknown length, for which PostgreSQL takes an index also where the tables are small.
  const found = await relations(work)
    .where(sql`${builds.id} = ANY(ARRAY(SELECT unnest(${sql.param(ids)}::text[])))`)
    .orderBy(...page.orderBy);
  return { ...page.finish(found), total };
}

/**
 * The builds of a page, and how many there are in all. They are found with as little as their conditions take: what is
 * shown of them is joined to the few of the page, and not to a thousand children.
 */
async function select(
  { database }: Work,
  condition: SQL | undefined,
  page: Page<RelationRow>,
): Promise<{ ids: string[]; total: number }> {
  const kin = database
    .$with("kin")
    .as(
      database
        .select({ id: builds.id })
        .from(builds)
        .innerJoin(child, eq(child.id, builds.versionId))
        .leftJoin(used, eq(used.id, builds.parentChannelId))
        .where(condition),
    );
  const after = page.where === undefined ? sql`` : sql`WHERE ${page.where}`;
  const order = sql.join(page.orderBy, sql`, `);
  const ids = sql<string[]>`ARRAY(
    SELECT id FROM kin AS builds ${after} ORDER BY ${order} LIMIT ${page.limit})`;
  const query = database.with(kin).select({ total: count(), ids }).from(kin);
  const [found] = await query.execute(page.values);
  return found ?? { ids: [], total: 0 };
}

/** One row for each build with a source; the joins are those that {@link RELATION} names. */
function relations({ database }: Work) {
  return database
    .select({
      build: {
        id: builds.id,
        platform: builds.platform,
        sourceExternalIdentifier: builds.sourceExternalIdentifier,
        parentVersionId: builds.parentVersionId,
      },
      child,
      childBucket,
      parent,
      parentBucket,
      used,
      current,
    })
    .from(builds)
    .innerJoin(child, eq(child.id, builds.versionId))
    .innerJoin(childBucket, eq(childBucket.id, child.bucketId))
    .leftJoin(parent, eq(parent.id, builds.parentVersionId))
    .leftJoin(parentBucket, eq(parentBucket.id, parent.bucketId))
    .leftJoin(used, eq(used.id, builds.parentChannelId))
    .leftJoin(current, eq(current.id, used.versionId))
    .$dynamic();
}

async function directions(
  work: Work,
  bucket: BucketColumns,
  query: AncestryQuery,
): Promise<(SQL | undefined)[]> {
  const { type = "ANCESTRY_TYPE_UNSET", version_fingerprint: fingerprint } = query;
  const version = fingerprint
    ? await findVersion(work, { bucket: bucket.name, fingerprint })
    : undefined;
  return [
    ...(type === "ANCESTRY_TYPE_CHILDREN" ? [] : [parentsOf(bucket, version?.id, query)]),
    ...(type === "ANCESTRY_TYPE_PARENTS" ? [] : [childrenOf(work, bucket, version?.id, query)]),
  ];
}

function parentsOf(bucket: BucketColumns, versionId: string | undefined, query: AncestryQuery) {
  const latest = sql`(SELECT version_id FROM ${channels}
    WHERE bucket_id = ${bucket.id} AND managed)`;
  const known = isNotNull(builds.parentVersionId);
  const unknown = and(isNull(builds.parentVersionId), ne(builds.sourceExternalIdentifier, ""));
  return and(
    eq(builds.versionId, versionId ?? latest),
    query.include_untracked === "true" ? or(known, unknown) : known,
  );
}

function childrenOf(
  { caller }: Work,
  bucket: BucketColumns,
  versionId: string | undefined,
  query: AncestryQuery,
) {
  // An array rather than a join: either side of an OR with it can use an index.
  const anyVersion = sql`${builds.parentVersionId} = ANY (ARRAY(
    SELECT id FROM ${versions} WHERE bucket_id = ${bucket.id}))`;
  const onVersion =
    versionId === undefined ? and(anyVersion, isLatest) : eq(builds.parentVersionId, versionId);
  const byChannel = query.channel_name
    ? and(
        eq(used.bucketId, bucket.id),
        eq(used.name, query.channel_name),
        maySee(caller.role, { restricted: true }) ? undefined : eq(used.restricted, false),
      )
    : undefined;
  return and(onVersion, byChannel, gt(child.number, 0));
}

const isLatest = sql`EXISTS (SELECT 1 FROM channels latest
  WHERE latest.bucket_id = ${child.bucketId} AND latest.managed AND latest.version_id = ${child.id})`;

const firstOfItsKind = sql`NOT EXISTS (SELECT 1 FROM builds earlier
  WHERE earlier.version_id = ${builds.versionId} AND earlier.id < ${builds.id}
    AND earlier.parent_version_id IS NOT DISTINCT FROM ${builds.parentVersionId}
    AND earlier.parent_channel_id IS NOT DISTINCT FROM ${builds.parentChannelId}
    AND (earlier.parent_version_id IS NOT NULL
      OR earlier.source_external_identifier = ${builds.sourceExternalIdentifier}))`;

const firstOnItsSource = sql`NOT EXISTS (SELECT 1 FROM builds earlier
  WHERE earlier.version_id = ${builds.versionId} AND earlier.id < ${builds.id}
    AND earlier.platform = ${builds.platform}
    AND earlier.source_external_identifier = ${builds.sourceExternalIdentifier})`;
