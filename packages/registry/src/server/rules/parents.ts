import { and, desc, eq, isNull, ne, sql } from "drizzle-orm";
import { placeholderFor, preparedOn } from "../../storage/prepared.ts";
import { artifacts, buckets, builds, channels, versions } from "../../storage/schema/index.ts";
import type { VersionColumns } from "../views/version-view.ts";
import type { Work } from "../work.ts";

/** What a build stands on; no version for a source that the registry does not know. */
export interface Parent {
  parentVersionId: string | null;
  parentChannelId: string | null;
}

type BuildColumns = typeof builds.$inferSelect;

/**
 * What a build stands on once the body is applied: the version that the client names or, without one, the newest
 * version with the source among its artifacts. A version or channel that is gone since the client looked it up does
 * not fail the publish: the image was built all the same.
 */
export async function resolveParent(
  work: Work,
  version: VersionColumns,
  build: BuildColumns,
  body: {
    parent_version_id: string;
    parent_channel_id: string;
    source_external_identifier: string;
    platform: string;
  },
): Promise<Parent> {
  const named = await namedParent(work, version, body.parent_version_id, body.parent_channel_id);
  if (named !== undefined) return named;
  if (build.parentVersionId !== null || body.source_external_identifier === "") {
    return { parentVersionId: build.parentVersionId, parentChannelId: build.parentChannelId };
  }
  const found = await ownerOf(
    work,
    version,
    body.source_external_identifier,
    body.platform || build.platform,
  );
  return { parentVersionId: found ?? null, parentChannelId: null };
}

/**
 * Links the builds that were published before the source that they name.
 *
 * @returns whether there were any.
 */
export async function adoptChildren(
  { database, caller }: Work,
  versionId: string,
  identifiers: readonly string[],
): Promise<boolean> {
  if (identifiers.length === 0) return false;
  const query = preparedOn(database, "adopt_children", (name) =>
    database
      .update(builds)
      .set({ parentVersionId: placeholderFor(builds.parentVersionId, "version") })
      .where(
        and(
          eq(builds.projectId, sql.placeholder("project")),
          sql`${builds.sourceExternalIdentifier} = ANY(ARRAY(SELECT unnest(${sql.placeholder("identifiers")}::text[])))`,
          ne(builds.sourceExternalIdentifier, ""),
          isNull(builds.parentVersionId),
          ne(builds.versionId, sql.placeholder("version")),
        ),
      )
      .returning({ id: builds.id })
      .prepare(name),
  );
  const project = caller.projectId;
  return (await query.execute({ project, version: versionId, identifiers })).length > 0;
}

async function namedParent(
  { database, caller }: Work,
  version: VersionColumns,
  versionId: string,
  channelId: string,
): Promise<Parent | undefined> {
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

/** Two clouds may use one identifier: the build's own platform comes first, then complete versions, then newer. */
async function ownerOf(
  { database, caller }: Work,
  version: VersionColumns,
  identifier: string,
  platform: string,
): Promise<string | undefined> {
  const query = preparedOn(database, "owner_of_image", (name) =>
    database
      .select({ id: builds.versionId })
      .from(artifacts)
      .innerJoin(builds, eq(builds.id, artifacts.buildId))
      .innerJoin(versions, eq(versions.id, builds.versionId))
      .where(
        and(
          eq(artifacts.projectId, sql.placeholder("project")),
          eq(artifacts.externalIdentifier, sql.placeholder("identifier")),
          ne(builds.versionId, sql.placeholder("version")),
        ),
      )
      .orderBy(
        desc(sql`${builds.platform} = ${sql.placeholder("platform")}`),
        desc(sql`${versions.number} > 0`),
        desc(artifacts.id),
      )
      .limit(1)
      .prepare(name),
  );
  const [row] = await query.execute({
    project: caller.projectId,
    identifier,
    version: version.id,
    platform,
  });
  return row?.id;
}
