import { noteBucketChildren } from "../../storage/bucket-children.ts";
import {
  alias,
  and,
  desc,
  eq,
  isNull,
  ne,
  type Placeholder,
  type SQL,
  sql,
} from "../../storage/drizzle.ts";
import { placeholderFor } from "../../storage/prepared.ts";
import { artifacts, buckets, builds, channels, versions } from "../../storage/schema/index.ts";
import type { VersionColumns } from "../views/version-view.ts";
import type { Work } from "../work.ts";

/** What a build stands on. */
export interface Parent {
  parentVersionId: string;
  parentChannelId: string | null;
}

/**
 * The parent that a client names, if it does. A version or channel that is gone since the client looked it up does not
 * fail the publish: the image was built all the same.
 */
export async function namedParent(
  { database, caller }: Work,
  version: Pick<VersionColumns, "id">,
  body: { parent_version_id: string; parent_channel_id: string },
): Promise<Parent | undefined> {
  const { parent_version_id: versionId, parent_channel_id: channelId } = body;
  if (versionId === "" || versionId === version.id) return undefined;
  const [row] = await database
    .select({ id: versions.id, channelId: channels.id })
    .from(versions)
    .innerJoin(
      buckets,
      and(eq(buckets.id, versions.bucketId), eq(buckets.projectId, caller.projectId)),
    )
    .leftJoin(channels, and(eq(channels.bucketId, versions.bucketId), eq(channels.id, channelId)))
    .where(eq(versions.id, versionId));
  if (row === undefined) return undefined;
  return { parentVersionId: row.id, parentChannelId: row.channelId };
}

/**
 * What an UPDATE of a build sets where the client names no parent: the newest version with the build's `source` among
 * its artifacts, if there is one and the build has no parent yet. Two clouds may use one identifier: the build's own
 * platform comes first, then complete versions, then newer.
 */
export function parentOfSource(
  { database }: Work,
  changes: { platform?: string },
): Record<keyof Parent, SQL> {
  const owner = alias(builds, "owner");
  const platform =
    changes.platform === undefined ? builds.platform : placeholderFor(builds.platform, "platform");
  const found = database
    .select({ id: owner.versionId })
    .from(artifacts)
    .innerJoin(owner, eq(owner.id, artifacts.buildId))
    .innerJoin(versions, eq(versions.id, owner.versionId))
    .where(
      and(
        eq(artifacts.projectId, sql.placeholder("project")),
        eq(artifacts.externalIdentifier, sql.placeholder("source")),
        ne(owner.versionId, builds.versionId),
      ),
    )
    .orderBy(
      desc(sql`${owner.platform} = ${platform}`),
      desc(sql`${versions.number} > 0`),
      desc(artifacts.id),
    )
    .limit(sql`1` as never);
  return {
    parentVersionId: sql`coalesce(${builds.parentVersionId}, (${found}))`,
    parentChannelId: sql`CASE WHEN ${builds.parentVersionId} IS NOT NULL THEN ${builds.parentChannelId} END`,
  };
}

/** Whether the parent of the build in a statement's part `changed` is revoked, or will be. */
export const isParentRevoked = sql<boolean>`EXISTS (
  SELECT FROM versions WHERE id = changed.parent_version_id AND revoke_at IS NOT NULL)`;

/**
 * The ids of the builds that were published before the source that they name, which is among the artifacts in a
 * statement's part `added` of the build in its part `changed`. It takes each artifact by itself: where PostgreSQL may
 * choose, it reads all builds, as long as it takes them for few.
 */
export function orphansOf(project: Placeholder): SQL<string[]> {
  // The empty text is written out: a plan that is made before its value is known could not use the index without it.
  return sql`ARRAY(
    SELECT orphan.id FROM added CROSS JOIN LATERAL (
      SELECT id FROM builds
      WHERE project_id = ${project} AND source_external_identifier = added.external_identifier
        AND source_external_identifier <> '' AND parent_version_id IS NULL
        AND version_id <> changed.version_id
      OFFSET 0
    ) AS orphan)`;
}

/** Links builds to their parent, unless another request just did. */
export async function adopt({ database }: Work, ids: string[], parentId: string): Promise<void> {
  const isOne = sql`${builds.id} = ANY(${sql.param(ids)}::text[])`;
  await database
    .update(builds)
    .set({ parentVersionId: parentId })
    .where(and(isOne, isNull(builds.parentVersionId)));
  await noteBucketChildren(database, isOne);
}
