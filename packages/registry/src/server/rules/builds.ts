import type { CreateBuildBody, UpdateBuildBody } from "../../api/index.ts";
import { noteBucketChildren } from "../../storage/bucket-children.ts";
import { inTransaction } from "../../storage/database.ts";
import { and, eq, sql } from "../../storage/drizzle.ts";
import { preparedOn, selectPlaceholders } from "../../storage/prepared.ts";
import { builds, versions } from "../../storage/schema/index.ts";
import { alreadyExists, type GrpcError, invalid, notFound, refused } from "../grpc-error.ts";
import { newId } from "../ids.ts";
import type { Page } from "../pagination.ts";
import { BUILD_PARTS, type BuildRow } from "../views/build-view.ts";
import type { VersionColumns } from "../views/version-view.ts";
import { type Work, within } from "../work.ts";
import { artifactsOf } from "./artifacts.ts";
import {
  type BuildPath,
  type ChangedBuild,
  type Changes,
  changeBuild,
  changeRow,
  changesOf,
} from "./change-build.ts";
import { completeIfDone } from "./complete.ts";
import { type ImageNames, MOST_IMAGE_LOCKS } from "./locks.ts";
import { adopt, namedParent } from "./parents.ts";
import { inheritRevocations } from "./revocations.ts";
import {
  findVersion,
  isVersion,
  lockVersion,
  lockVersionAndLineage,
  noVersion,
  requireIncomplete,
  type VersionPath,
} from "./versions.ts";

/** @throws {GrpcError} 5 without such a build in the version. */
export async function findBuild(work: Work, path: BuildPath): Promise<BuildRow> {
  const version = await findVersion(work, path);
  const build = await work.database.query.builds.findFirst({
    where: and(eq(builds.id, path.build), eq(builds.versionId, version.id)),
    ...BUILD_PARTS,
  });
  if (build !== undefined) return build;
  throw noBuild(path);
}

/** A page of a version's builds. @throws {GrpcError} 5 without the version. */
export async function listBuilds(work: Work, path: VersionPath, page: Page<BuildRow>) {
  const { database, caller } = work;
  const query = preparedOn(database, `list_builds ${page.name}`, (name) =>
    database.query.versions
      .findFirst({
        columns: {},
        where: isVersion(work),
        with: {
          builds: { where: page.where, orderBy: page.orderBy, limit: page.limit, ...BUILD_PARTS },
        },
      })
      .prepare(name),
  );
  const version = await query.execute({ project: caller.projectId, ...path, ...page.values });
  if (version === undefined) throw noVersion(path);
  return page.finish(version.builds);
}

/**
 * Adds a build to an incomplete version.
 *
 * @throws {GrpcError} 6 where the version has a build of that component; 9 where it is complete.
 */
export async function createBuild(
  work: Work,
  path: VersionPath,
  body: CreateBuildBody,
): Promise<BuildRow> {
  const { component_type: component } = body;
  if (isPlain(body)) {
    const build = await insertBuild(work, path, component, changesOf(work, body));
    return { ...build, artifacts: [] };
  }
  return await inTransaction(work.database, async (transaction) => {
    const inside = within(work, transaction);
    const version = await lockVersionAndLineage(inside, path, imagesOf(body));
    const { id } = await insertBuild(inside, path, component, {});
    const named = await namedParent(inside, version, body);
    const build = await changeBuild(inside, { ...path, build: id }, body, named);
    return await finish(inside, { ...path, build: id }, version, build);
  });
}

/**
 * Changes a build that is not done. What the body leaves out stays; artifacts are added. With the last build that
 * becomes done its version is complete.
 *
 * @throws {GrpcError} 9 for a build that is done, 3 where it would be done without artifacts or platform.
 */
export async function updateBuild(
  work: Work,
  path: BuildPath,
  body: UpdateBuildBody,
): Promise<BuildRow> {
  if (isPlain(body)) {
    const changed = await changeRow(work, path, changesOf(work, body));
    if (changed === undefined) throw await refusalOf(work, path);
    const { hasArtifacts: hasSome, ...build } = changed;
    return { ...build, artifacts: hasSome ? await artifactsOf(work, build.id) : [] };
  }
  return await inTransaction(work.database, async (transaction) => {
    const inside = within(work, transaction);
    const images = imagesOf(body);
    const isLockedAtOnce = images.made.length <= MOST_IMAGE_LOCKS;
    if (body.parent_version_id !== "" || !isLockedAtOnce) {
      const version = await lockVersionAndLineage(inside, path, images);
      const named = await namedParent(inside, version, body);
      return await finish(inside, path, version, await changeBuild(inside, path, body, named));
    }
    // Sent at once; PostgreSQL runs the second when it has the locks of the first.
    const [version, build] = await Promise.all([
      lockVersionAndLineage(inside, path, images),
      changeBuild(inside, path, body, undefined),
    ]);
    return await finish(inside, path, version, build);
  });
}

/** Removes a build from an incomplete version, which may then be completed without it. */
export async function deleteBuild(work: Work, path: BuildPath): Promise<void> {
  await inTransaction(work.database, async (transaction) => {
    const inside = within(work, transaction);
    const version = await lockVersion(inside, path);
    requireIncomplete(version, path, "its builds stay as they are");
    const removed = await transaction
      .delete(builds)
      .where(and(eq(builds.id, path.build), eq(builds.versionId, version.id)))
      .returning({ id: builds.id });
    if (removed.length === 0) throw noBuild(path);
  });
}

/** Whether a body, such as a heartbeat's, changes nothing but the build's own row. */
function isPlain(body: CreateBuildBody | UpdateBuildBody): boolean {
  return (
    body.status !== "BUILD_DONE" &&
    body.artifacts.length === 0 &&
    body.source_external_identifier === "" &&
    body.parent_version_id === "" &&
    body.parent_channel_id === ""
  );
}

/** Adds a build in one statement: that the version is incomplete is checked under its lock. */
async function insertBuild(
  work: Work,
  path: VersionPath,
  component: string,
  changes: Changes,
): Promise<typeof builds.$inferSelect> {
  const { database, caller, now } = work;
  const build = {
    id: newId(),
    projectId: caller.projectId,
    componentType: component,
    platform: "",
    status: "BUILD_UNSET",
    labels: {},
    metadata: null,
    packerRunUuid: "",
    sourceExternalIdentifier: "",
    parentVersionId: null,
    parentChannelId: null,
    heartbeatAt: null,
    createdAt: now,
    updatedAt: now,
    ...changes,
  };
  const query = preparedOn(database, "insert_build", (name) =>
    database
      .insert(builds)
      .select(
        sql`SELECT ${selectPlaceholders(builds, { versionId: sql`version.id` })} FROM (
          SELECT id FROM ${versions} WHERE ${isVersion(work)} AND number = 0 FOR UPDATE
        ) AS version`,
      )
      .onConflictDoNothing({ target: [builds.versionId, builds.componentType] })
      .returning()
      .prepare(name),
  );
  const [made] = await query.execute({ ...build, project: caller.projectId, ...path });
  if (made !== undefined) return made;
  const version = await findVersion(work, path);
  requireIncomplete(version, path, "publish new builds under another fingerprint");
  throw alreadyExists(
    `the version ${path.fingerprint} has a build of ${JSON.stringify(component)} already`,
  );
}

/** What follows from a change for the version, which is locked, and for what stands on it. */
async function finish(
  work: Work,
  path: BuildPath,
  version: VersionColumns,
  changed: ChangedBuild | undefined,
): Promise<BuildRow> {
  if (changed === undefined) throw await refusalOf(work, path);
  const { orphans, isParentRevoked, ...build } = changed;
  const isDone = build.status === "BUILD_DONE";
  if (isDone) requireResult(build);
  if (orphans.length > 0) await adopt(work, orphans, version.id);
  if (build.parentVersionId !== null) {
    await noteBucketChildren(work.database, sql`builds.id = ${build.id}`);
  }
  if (isParentRevoked && build.parentVersionId !== null) {
    await inheritRevocations(work, build.parentVersionId);
  }
  if (orphans.length > 0 && version.revokeAt !== null) {
    await inheritRevocations(work, version.id);
  }
  if (isDone) await completeIfDone(work, version);
  return build;
}

function imagesOf(body: CreateBuildBody | UpdateBuildBody): ImageNames {
  return {
    made: body.artifacts.map((artifact) => artifact.external_identifier),
    source: body.source_external_identifier,
  };
}

/** Why a build takes no change. */
async function refusalOf(work: Work, path: BuildPath): Promise<GrpcError> {
  const { id, componentType } = await findBuild(work, path);
  return refused(`the build ${id} of ${JSON.stringify(componentType)} is done and takes no change`);
}

function requireResult(build: BuildRow): void {
  if (build.artifacts.length > 0 && build.platform !== "") return;
  const lacking = build.artifacts.length === 0 ? "an artifact" : "a platform";
  throw invalid(
    `the build ${build.id} of ${JSON.stringify(build.componentType)} cannot be BUILD_DONE without ${lacking}: send it along`,
  );
}

function noBuild(path: BuildPath): GrpcError {
  return notFound(
    `the version ${path.fingerprint} of the bucket ${JSON.stringify(path.bucket)} has no build ${path.build}`,
  );
}
