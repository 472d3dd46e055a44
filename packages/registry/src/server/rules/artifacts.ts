import { asc, eq, getTableColumns, sql } from "drizzle-orm";
import type { ArtifactBody } from "../../api/index.ts";
import { preparedOn } from "../../storage/prepared.ts";
import { artifacts } from "../../storage/schema/index.ts";
import { newId } from "../ids.ts";
import type { ArtifactRow } from "../views/build-view.ts";
import type { Work } from "../work.ts";

/** A build's artifacts, oldest first. */
export async function artifactsOf({ database }: Work, buildId: string): Promise<ArtifactRow[]> {
  const query = preparedOn(database, "artifacts_of_build", (name) =>
    database
      .select()
      .from(artifacts)
      .where(eq(artifacts.buildId, sql.placeholder("build")))
      .orderBy(asc(artifacts.id))
      .prepare(name),
  );
  return await query.execute({ build: buildId });
}

/** Whether the build of a query has any: a heartbeat of one that has none need not ask for them. */
export const hasArtifacts = sql<boolean>`EXISTS (SELECT FROM artifacts one WHERE one.build_id = builds.id)`;

/**
 * Adds artifacts to a build, those that it has already left out.
 *
 * @returns all that the build has now, oldest first, and the identifiers of those that are new.
 */
export async function addArtifacts(
  work: Work,
  build: { id: string; projectId: string },
  bodies: readonly ArtifactBody[],
): Promise<{ all: ArtifactRow[]; added: string[] }> {
  if (bodies.length === 0) return { all: await artifactsOf(work, build.id), added: [] };
  const rows = await insertArtifacts(work).execute({
    build: build.id,
    project: build.projectId,
    now: work.now.toISOString(),
    ids: bodies.map(() => newId()),
    identifiers: bodies.map((body) => body.external_identifier),
    regions: bodies.map((body) => body.region),
  });
  const added = rows.filter((row) => row.isNew).map((row) => row.externalIdentifier);
  return { all: rows, added: [...new Set(added)] };
}

/** One statement, which sees the artifacts that were there before it, and then its own. */
function insertArtifacts({ database }: Work) {
  return preparedOn(database, "insert_artifacts", (name) => {
    const made = sql`SELECT id, ${sql.placeholder("build")}::text, ${sql.placeholder("project")}::text, identifier,
        region, ${sql.placeholder("now")}::timestamptz
      FROM unnest(${sql.placeholder("ids")}::text[], ${sql.placeholder("identifiers")}::text[],
        ${sql.placeholder("regions")}::text[]) AS one (id, identifier, region)`;
    const added = database
      .$with("added")
      .as(database.insert(artifacts).select(made).onConflictDoNothing().returning());
    const { id, buildId, projectId, externalIdentifier, region, createdAt } = added;
    const columns = { id, buildId, projectId, externalIdentifier, region, createdAt };
    const all = database
      .select({ ...columns, isNew: sql<boolean>`true`.as("is_new") })
      .from(added)
      .unionAll(
        database
          .select({ ...getTableColumns(artifacts), isNew: sql<boolean>`false`.as("is_new") })
          .from(artifacts)
          .where(eq(artifacts.buildId, sql.placeholder("build"))),
      )
      .as("all_of_build");
    return database.with(added).select().from(all).orderBy(all.id).prepare(name);
  });
}
