import { asc, eq, sql } from "../../storage/drizzle.ts";
import { preparedOn } from "../../storage/prepared.ts";
import { artifacts } from "../../storage/schema/index.ts";
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

/** Part `added` of a statement: adds artifacts to the build of its part `changed`, those that it has already left out. */
export function insertArtifacts({ database }: Work) {
  return database
    .insert(artifacts)
    .select(
      sql`SELECT one.id, changed.id, changed.project_id, one.identifier, one.region,
          ${sql.placeholder("now")}::timestamptz
        FROM changed CROSS JOIN unnest(${sql.placeholder("ids")}::text[],
          ${sql.placeholder("identifiers")}::text[], ${sql.placeholder("regions")}::text[])
          AS one (id, identifier, region)`,
    )
    .onConflictDoNothing()
    .returning();
}

interface Line {
  id: string;
  build_id: string;
  project_id: string;
  external_identifier: string;
  region: string;
  created_at: string;
}

/** All artifacts of the build of a statement's part `changed`, oldest first: those from before it, which it sees, and `added`. */
export const artifactsOfChanged = sql`(
  SELECT coalesce(json_agg(one ORDER BY one.id), '[]') FROM (
    SELECT * FROM added
    UNION ALL SELECT artifacts.* FROM artifacts WHERE build_id = changed.id
  ) AS one)`.mapWith((lines: Line[]): ArtifactRow[] =>
  lines.map((line) => ({
    id: line.id,
    buildId: line.build_id,
    projectId: line.project_id,
    externalIdentifier: line.external_identifier,
    region: line.region,
    createdAt: new Date(line.created_at),
  })),
);
