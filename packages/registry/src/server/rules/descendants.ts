import { sql } from "../../storage/drizzle.ts";
import { rowsOf } from "../../storage/rows.ts";
import type { Work } from "../work.ts";

/** The ids of all versions that stand on a version, at any distance, without itself. */
export async function descendantsOf(
  { database }: Pick<Work, "database">,
  versionId: string,
): Promise<string[]> {
  const result = await database.execute(sql`
    WITH RECURSIVE descendants (id) AS (
      SELECT version_id FROM builds WHERE parent_version_id = ${versionId}
      UNION
      SELECT build.version_id FROM builds build
      JOIN descendants parent ON build.parent_version_id = parent.id
    )
    SELECT id FROM descendants WHERE id <> ${versionId} ORDER BY id`);
  return rowsOf<{ id: string }>(result).map((row) => row.id);
}
