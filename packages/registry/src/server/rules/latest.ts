import { and, desc, eq, gt, inArray, isNull, or, sql } from "../../storage/drizzle.ts";
import { channels, versions } from "../../storage/schema/index.ts";
import type { Work } from "../work.ts";
import { type Assignment, assign } from "./assignments.ts";

/** Who moves the managed channels. */
export const REGISTRY_AUTHOR = "registry";

/** A version that a channel may point at now. */
export function usableAt(now: Date) {
  return and(
    sql`${versions.number} > 0`,
    or(isNull(versions.revokeAt), gt(versions.revokeAt, now)),
  );
}

/**
 * Points each bucket's `latest` at its newest complete version that is not revoked, or at nothing. A history that
 * would not change is not written to.
 */
export async function refreshLatest(
  work: Pick<Work, "database" | "now">,
  bucketIds: readonly string[],
): Promise<void> {
  if (bucketIds.length === 0) return;
  const { database, now } = work;
  const newest = database
    .select({ id: versions.id, number: versions.number, fingerprint: versions.fingerprint })
    .from(versions)
    .where(and(eq(versions.bucketId, channels.bucketId), usableAt(now)))
    .orderBy(desc(versions.number))
    .limit(1)
    .as("newest");
  const rows = await database
    .select({
      channelId: channels.id,
      current: channels.versionId,
      id: newest.id,
      number: newest.number,
      fingerprint: newest.fingerprint,
    })
    .from(channels)
    .leftJoinLateral(newest, sql`true`)
    .where(and(inArray(channels.bucketId, [...bucketIds]), eq(channels.managed, true)))
    .orderBy(channels.id)
    .for("update", { of: channels });
  const moved = rows.filter((row) => row.current !== row.id);
  await assign(work, moved.map(toAssignment), REGISTRY_AUTHOR);
}

function toAssignment(row: {
  channelId: string;
  id: string | null;
  number: number | null;
  fingerprint: string | null;
}): Assignment {
  const { channelId, id, number, fingerprint } = row;
  if (id === null || number === null || fingerprint === null) return { channelId, version: null };
  return { channelId, version: { id, number, fingerprint } };
}
