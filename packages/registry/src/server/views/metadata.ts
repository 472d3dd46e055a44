import { eq } from "../../storage/drizzle.ts";
import { builds } from "../../storage/schema/index.ts";
import type { Work } from "../work.ts";
import type { VersionRow } from "./version-view.ts";

/** A version whose builds have their metadata, which only answers about one version or its builds show. */
export async function withMetadata({ database }: Work, row: VersionRow): Promise<VersionRow> {
  if (row.builds.length === 0) return row;
  const found = await database
    .select({ id: builds.id, metadata: builds.metadata })
    .from(builds)
    .where(eq(builds.versionId, row.id));
  const byBuild = new Map(found.map(({ id, metadata }) => [id, metadata]));
  return {
    ...row,
    builds: row.builds.map((build) => ({ ...build, metadata: byBuild.get(build.id) ?? null })),
  };
}
