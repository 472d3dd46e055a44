import { inArray, sql } from "../../storage/drizzle.ts";
import { channelAssignments, channels } from "../../storage/schema/index.ts";
import { newId } from "../ids.ts";
import { nameOf, type VersionColumns } from "../views/version-view.ts";
import type { Work } from "../work.ts";

/** A channel and what it is to point at; `null` for nothing. */
export interface Assignment {
  channelId: string;
  version: Pick<VersionColumns, "id" | "number" | "fingerprint"> | null;
}

/** Points channels elsewhere and writes it into their histories. */
export async function assign(
  { database, now }: Pick<Work, "database" | "now">,
  assignments: readonly Assignment[],
  author: string,
): Promise<void> {
  if (assignments.length === 0) return;
  const target = sql.join(
    assignments.map(
      ({ channelId, version }) => sql`WHEN ${channelId} THEN ${version?.id ?? null}::text`,
    ),
    sql` `,
  );
  const ids = assignments.map((one) => one.channelId);
  await database
    .update(channels)
    .set({
      versionId: sql`CASE ${channels.id} ${target} END`,
      authorId: author,
      updatedAt: now,
    })
    .where(inArray(channels.id, ids));
  await database.insert(channelAssignments).values(
    assignments.map(({ channelId, version }) => ({
      id: newId(),
      channelId,
      versionId: version?.id ?? null,
      versionFingerprint: version?.fingerprint ?? "",
      versionName: version === null ? "" : nameOf(version),
      authorId: author,
      assignedAt: now,
    })),
  );
}
