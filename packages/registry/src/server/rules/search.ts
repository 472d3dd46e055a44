import type { ExternalArtifact, Pagination, SearchBody } from "../../api/index.ts";
import { and, eq, inArray, sql } from "../../storage/drizzle.ts";
import { artifacts, builds } from "../../storage/schema/index.ts";
import { type Page, type PageQuery, type PageRules, pageOf, readPage } from "../pagination.ts";
import { BUILD_PARTS, presentBuild } from "../views/build-view.ts";
import { presentVersion, VERSION_PARTS } from "../views/version-view.ts";
import type { Work } from "../work.ts";

const PAGES: PageRules<{ id: string }> = {
  fields: { id: { column: builds.id, of: (row) => row.id } },
  defaultOrder: "id desc",
  unique: "id",
};

/** The builds of the project that made an image, newest first. */
export async function searchArtifacts(
  work: Work,
  body: SearchBody,
  query: PageQuery,
): Promise<{ artifacts: ExternalArtifact[]; pagination: Pagination }> {
  const { rows, pagination } = await readMakers(work, body, pageOf(query, PAGES));
  return {
    pagination,
    artifacts: rows.map((row) => {
      const shown = presentVersion(row.version, work);
      const { id, name, labels } = row.version.bucket;
      return {
        bucket: { id, name, labels },
        version: {
          id: shown.id,
          name: shown.name,
          fingerprint: shown.fingerprint,
          author_id: shown.author_id,
          status: shown.status,
          revocation_type: shown.revocation_type,
          ...(shown.revoke_at === undefined
            ? {}
            : {
                revoke_at: shown.revoke_at,
                revocation_author: shown.revocation_author,
                revocation_message: shown.revocation_message,
              }),
        },
        build: presentBuild(row, work),
      };
    }),
  };
}

async function readMakers(work: Work, body: SearchBody, page: Page<{ id: string }>) {
  const { region, platform } = body;
  const { database, caller } = work;
  const list = `search_artifacts ${region === "" ? "" : "region"} ${platform === "" ? "" : "platform"}`;
  const values = { ...body, project: caller.projectId };
  return await readPage(page, database, list, values, (name) => {
    const makers = database
      .select({ id: artifacts.buildId })
      .from(artifacts)
      .where(
        and(
          eq(artifacts.projectId, sql.placeholder("project")),
          eq(artifacts.externalIdentifier, sql.placeholder("external_identifier")),
          region === "" ? undefined : eq(artifacts.region, sql.placeholder("region")),
        ),
      );
    return database.query.builds
      .findMany({
        where: and(
          inArray(builds.id, makers),
          platform === "" ? undefined : eq(builds.platform, sql.placeholder("platform")),
          page.where,
        ),
        orderBy: page.orderBy,
        limit: page.limit,
        with: {
          ...BUILD_PARTS.with,
          version: {
            ...VERSION_PARTS,
            with: {
              ...VERSION_PARTS.with,
              bucket: { columns: { id: true, name: true, labels: true } },
            },
          },
        },
      })
      .prepare(name);
  });
}
