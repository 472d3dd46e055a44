import type { CreateBuildBody, UpdateBuildBody } from "../../api/index.ts";
import { and, eq, getTableColumns, ne, type SQL, sql } from "../../storage/drizzle.ts";
import { placeholderFor, preparedOn } from "../../storage/prepared.ts";
import { builds, versions } from "../../storage/schema/index.ts";
import { newId } from "../ids.ts";
import type { ArtifactRow } from "../views/build-view.ts";
import type { Work } from "../work.ts";
import { artifactsOfChanged, hasArtifacts, insertArtifacts } from "./artifacts.ts";
import { isParentRevoked, orphansOf, type Parent, parentOfSource } from "./parents.ts";
import { isVersion, type VersionPath } from "./versions.ts";

type Columns = typeof builds.$inferSelect;

/** A build by the names that paths give it. */
export type BuildPath = VersionPath & { build: string };

/** Values of a build's own row. */
export type Changes = Partial<Columns>;

/** A build after a change, with what follows from it. */
export type ChangedBuild = Columns & {
  artifacts: ArtifactRow[];
  /** The ids of builds that were published before and turn out to stand on it; they are not linked yet. */
  orphans: string[];
  /** Whether the version that it stands on is revoked, or will be. */
  isParentRevoked: boolean;
};

/** What a body says of a build's own row; what it leaves out stays. */
export function changesOf(work: Work, body: CreateBuildBody | UpdateBuildBody): Changes {
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

/**
 * Changes a build's own row, in one statement: that it is not done is checked under the row's lock.
 *
 * @returns nothing where there is no such build, or a done one.
 */
export async function changeRow(
  work: Work,
  path: BuildPath,
  changes: Changes,
): Promise<(Columns & { hasArtifacts: boolean }) | undefined> {
  const { database, caller } = work;
  const query = preparedOn(database, `change_row ${Object.keys(changes)}`, (name) =>
    database
      .update(builds)
      .set(placeholdersFor(changes))
      .where(isChangeable(work))
      .returning({ ...getTableColumns(builds), hasArtifacts })
      .prepare(name),
  );
  const [changed] = await query.execute({ ...changes, project: caller.projectId, ...path });
  return changed;
}

/**
 * Changes a build with all that belongs to it, in one statement: adds artifacts, links it to the version that it stands
 * on and finds the builds that stand on it. The caller holds the project's lineage lock.
 *
 * @param named what it stands on, where the client says so; else it is the version with the body's source.
 * @returns nothing where there is no such build, or a done one.
 */
export async function changeBuild(
  work: Work,
  path: BuildPath,
  body: CreateBuildBody | UpdateBuildBody,
  named: Parent | undefined,
): Promise<ChangedBuild | undefined> {
  const changes: Changes = { ...changesOf(work, body), ...named };
  const looksForParent = named === undefined && body.source_external_identifier !== "";
  const query = prepareChange(work, changes, looksForParent);
  const [changed] = await query.execute({
    ...changes,
    project: work.caller.projectId,
    ...path,
    source: body.source_external_identifier,
    now: work.now.toISOString(),
    ids: body.artifacts.map(() => newId()),
    identifiers: body.artifacts.map((artifact) => artifact.external_identifier),
    regions: body.artifacts.map((artifact) => artifact.region),
  });
  return changed;
}

function prepareChange(work: Work, changes: Changes, looksForParent: boolean) {
  const { database } = work;
  const name = `change_build ${Object.keys(changes)} ${looksForParent}`;
  return preparedOn(database, name, (id) => {
    const parent = looksForParent ? parentOfSource(work, changes) : {};
    const changed = database.$with("changed").as(
      database
        .update(builds)
        .set({ ...placeholdersFor(changes), ...parent })
        .where(isChangeable(work))
        .returning(),
    );
    const added = database.$with("added").as(insertArtifacts(work));
    const keys = Object.keys(getTableColumns(builds)) as (keyof Columns)[];
    const columns = Object.fromEntries(keys.map((key) => [key, changed[key]]));
    return database
      .with(changed, added)
      .select({
        ...(columns as unknown as ReturnType<typeof getTableColumns<typeof builds>>),
        artifacts: artifactsOfChanged,
        orphans: orphansOf(sql.placeholder("project")),
        isParentRevoked,
      })
      .from(changed)
      .prepare(id);
  });
}

/** The condition that a row is the build for whose `build` and version a prepared query is run, and not done. */
function isChangeable(work: Work): SQL | undefined {
  const version = work.database.select({ id: versions.id }).from(versions).where(isVersion(work));
  return and(
    eq(builds.id, sql.placeholder("build")),
    sql`${builds.versionId} = (${version})`,
    ne(builds.status, "BUILD_DONE"),
  );
}

function placeholdersFor(changes: Changes): Partial<Record<keyof Columns, SQL>> {
  const keys = Object.keys(changes) as (keyof Columns)[];
  return Object.fromEntries(keys.map((key) => [key, placeholderFor(builds[key], key)]));
}
