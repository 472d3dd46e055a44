import { and, eq, getTableColumns, ne, type SQL, sql } from "drizzle-orm";
import type { CreateBuildBody, UpdateBuildBody } from "../../api/index.ts";
import { inTransaction } from "../../storage/database.ts";
import { placeholderFor, preparedOn, selectPlaceholders } from "../../storage/prepared.ts";
import { builds, versions } from "../../storage/schema/index.ts";
import { alreadyExists, type GrpcError, invalid, notFound, refused } from "../grpc-error.ts";
import { newId } from "../ids.ts";
import { BUILD_PARTS, type BuildRow } from "../views/build-view.ts";
import type { VersionColumns } from "../views/version-view.ts";
import { type Work, within } from "../work.ts";
import { addArtifacts, artifactsOf, hasArtifacts } from "./artifacts.ts";
import { completeIfDone } from "./complete.ts";
import { adoptChildren, type Parent, resolveParent } from "./parents.ts";
import { inheritRevocations } from "./revocations.ts";
import {
  findVersion,
  isVersion,
  lockVersion,
  lockVersionAndLineage,
  requireIncomplete,
  type VersionPath,
} from "./versions.ts";

type Columns = typeof builds.$inferSelect;

/** @throws {GrpcError} 5 without such a build in the version. */
export async function findBuild(work: Work, path: VersionPath, id: string): Promise<BuildRow> {
  const version = await findVersion(work, path);
  const build = await work.database.query.builds.findFirst({
    where: and(eq(builds.id, id), eq(builds.versionId, version.id)),
    ...BUILD_PARTS,
  });
  if (build !== undefined) return build;
  throw noBuild(path, id);
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
  if (isPlain(body)) return { ...(await insertBuild(work, path, body)), artifacts: [] };
  return await inTransaction(work.database, async (transaction) => {
    const inside = within(work, transaction);
    const version = await lockVersionAndLineage(inside, path);
    return await finish(inside, version, await insertBuild(inside, path, body), body);
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
  path: VersionPath,
  id: string,
  body: UpdateBuildBody,
): Promise<BuildRow> {
  if (isPlain(body)) {
    const { hasArtifacts: hasSome, ...build } = await change(work, path, id, body);
    return { ...build, artifacts: hasSome ? await artifactsOf(work, id) : [] };
  }
  return await inTransaction(work.database, async (transaction) => {
    const inside = within(work, transaction);
    const version = await lockVersionAndLineage(inside, path);
    const { hasArtifacts: _, ...build } = await change(inside, path, id, body);
    return await finish(inside, version, build, body);
  });
}

/** Removes a build from an incomplete version, which may then be completed without it. */
export async function deleteBuild(work: Work, path: VersionPath, id: string): Promise<void> {
  await inTransaction(work.database, async (transaction) => {
    const inside = within(work, transaction);
    const version = await lockVersion(inside, path);
    requireIncomplete(version, path, "its builds stay as they are");
    const removed = await transaction
      .delete(builds)
      .where(and(eq(builds.id, id), eq(builds.versionId, version.id)))
      .returning({ id: builds.id });
    if (removed.length === 0) throw noBuild(path, id);
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
async function insertBuild(work: Work, path: VersionPath, body: CreateBuildBody): Promise<Columns> {
  const { database, caller, now } = work;
  const build = {
    id: newId(),
    projectId: caller.projectId,
    componentType: body.component_type,
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
    ...changesOf(work, body),
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
    `the version ${path.fingerprint} has a build of ${JSON.stringify(body.component_type)} already`,
  );
}

/** Changes a build's own row, in one statement: that it is not done is checked under the row's lock. */
async function change(
  work: Work,
  path: VersionPath,
  id: string,
  body: UpdateBuildBody,
): Promise<Columns & { hasArtifacts: boolean }> {
  const { database, caller } = work;
  const changes = changesOf(work, body);
  const query = preparedOn(database, `change_build ${Object.keys(changes)}`, (name) =>
    database
      .update(builds)
      .set(placeholdersForKeys(changes))
      .where(
        and(
          eq(builds.id, sql.placeholder("build")),
          sql`${builds.versionId} = (${database.select({ id: versions.id }).from(versions).where(isVersion(work))})`,
          ne(builds.status, "BUILD_DONE"),
        ),
      )
      .returning({ ...getTableColumns(builds), hasArtifacts })
      .prepare(name),
  );
  const names = { project: caller.projectId, ...path, build: id };
  const [changed] = await query.execute({ ...changes, ...names });
  if (changed !== undefined) return changed;
  const build = await findBuild(work, path, id);
  throw refused(
    `the build ${id} of ${JSON.stringify(build.componentType)} is done and takes no change`,
  );
}

/** What follows from a change for the build's artifacts, its parent and its version, which is locked. */
async function finish(
  work: Work,
  version: VersionColumns,
  build: Columns,
  body: CreateBuildBody | UpdateBuildBody,
): Promise<BuildRow> {
  const { all, added } = await addArtifacts(work, build, body.artifacts);
  const parent = await resolveParent(work, version, build, body);
  if (parent.parentVersionId !== null) {
    await work.database.update(builds).set(parent).where(eq(builds.id, build.id));
  }
  if (build.status === "BUILD_DONE") requireResult(build, all.length);
  await followLineage(work, version, build, parent, added);
  if (build.status === "BUILD_DONE") await completeIfDone(work, version);
  return { ...build, ...parent, artifacts: all };
}

/** A new parent's revocations, and those of this version for the children that it turns out to have. */
async function followLineage(
  work: Work,
  version: VersionColumns,
  before: Columns,
  parent: Parent,
  added: readonly string[],
): Promise<void> {
  if (parent.parentVersionId !== null && parent.parentVersionId !== before.parentVersionId) {
    await inheritRevocations(work, parent.parentVersionId);
  }
  if (await adoptChildren(work, version.id, added)) await inheritRevocations(work, version.id);
}

function changesOf(work: Work, body: CreateBuildBody | UpdateBuildBody): Partial<Columns> {
  const { status, labels } = body;
  const metadata = "metadata" in body ? body.metadata : undefined;
  return {
    updatedAt: work.now,
    ...(status === undefined || status === "BUILD_UNSET" ? {} : { status }),
    ...(status === "BUILD_RUNNING" ? { heartbeatAt: work.now } : {}),
    ...(labels === undefined ? {} : { labels }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(body.platform === "" ? {} : { platform: body.platform }),
    ...(body.packer_run_uuid === "" ? {} : { packerRunUuid: body.packer_run_uuid }),
    ...(body.source_external_identifier === ""
      ? {}
      : { sourceExternalIdentifier: body.source_external_identifier }),
  };
}

function placeholdersForKeys(changes: Partial<Columns>): Partial<Record<keyof Columns, SQL>> {
  const keys = Object.keys(changes) as (keyof Columns)[];
  return Object.fromEntries(keys.map((key) => [key, placeholderFor(builds[key], key)]));
}

function requireResult(build: Columns, artifactCount: number): void {
  if (artifactCount > 0 && build.platform !== "") return;
  const lacking = artifactCount === 0 ? "an artifact" : "a platform";
  throw invalid(
    `the build ${build.id} of ${JSON.stringify(build.componentType)} cannot be BUILD_DONE without ${lacking}: send it along`,
  );
}

function noBuild(path: VersionPath, id: string): GrpcError {
  return notFound(
    `the version ${path.fingerprint} of the bucket ${JSON.stringify(path.bucket)} has no build ${id}`,
  );
}
