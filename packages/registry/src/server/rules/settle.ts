import { and, desc, eq, inArray, lte, not, type SQL, sql } from "../../storage/drizzle.ts";
import {
  buckets,
  channelAssignments,
  channels,
  revocations,
  versions,
} from "../../storage/schema/index.ts";
import type { Work } from "../work.ts";
import { type Assignment, assign } from "./assignments.ts";
import { REGISTRY_AUTHOR, refreshLatest, usableAt } from "./latest.ts";

/**
 * Rolls back the channels of versions whose revocation has come into effect: `latest` to the newest usable version of
 * its bucket, the others, unless their revocation says not to, to the last usable version that they pointed at. The
 * caller holds the project's lineage lock.
 */
export async function settleRevocations(
  work: Pick<Work, "database" | "now"> & { caller: { projectId: string } },
): Promise<void> {
  const { database, now, caller } = work;
  const due = await database
    .select({
      id: versions.id,
      bucketId: versions.bucketId,
      rollback: revocations.rollbackChannels,
    })
    .from(versions)
    .innerJoin(
      buckets,
      and(eq(buckets.id, versions.bucketId), eq(buckets.projectId, caller.projectId)),
    )
    .leftJoin(
      revocations,
      and(
        eq(revocations.versionId, versions.id),
        eq(revocations.sourceVersionId, versions.revocationSourceId),
      ),
    )
    .where(isUnsettledAt(now))
    .orderBy(versions.id)
    .for("update", { of: versions });
  if (due.length === 0) return;
  await rollBackChannels(
    work,
    due.filter((row) => row.rollback !== false).map((row) => row.id),
    REGISTRY_AUTHOR,
  );
  await refreshLatest(work, [...new Set(due.map((row) => row.bucketId))]);
  await database
    .update(versions)
    .set({ revocationSettled: true })
    .where(
      inArray(
        versions.id,
        due.map((row) => row.id),
      ),
    );
}

/** Points the channels that people made away from these versions, to the last usable one before in their history. */
export async function rollBackChannels(
  { database, now }: Pick<Work, "database" | "now">,
  versionIds: readonly string[],
  author: string,
): Promise<void> {
  if (versionIds.length === 0) return;
  const earlier = database
    .select({
      id: versions.id,
      number: versions.number,
      fingerprint: versions.fingerprint,
    })
    .from(channelAssignments)
    .innerJoin(versions, eq(versions.id, channelAssignments.versionId))
    .where(
      and(
        eq(channelAssignments.channelId, channels.id),
        usableAt(now),
        sql`${versions.id} <> ${channels.versionId}`,
      ),
    )
    .orderBy(desc(channelAssignments.sequence))
    .limit(1)
    .as("earlier");
  const rows = await database
    .select({
      channelId: channels.id,
      id: earlier.id,
      number: earlier.number,
      fingerprint: earlier.fingerprint,
    })
    .from(channels)
    .leftJoinLateral(earlier, sql`true`)
    .where(and(inArray(channels.versionId, [...versionIds]), eq(channels.managed, false)))
    .orderBy(channels.id)
    .for("update", { of: channels });
  const assignments = rows.map(
    ({ channelId, id, number, fingerprint }): Assignment => ({
      channelId,
      version:
        id === null || number === null || fingerprint === null ? null : { id, number, fingerprint },
    }),
  );
  await assign({ database, now }, assignments, author);
}

/** The condition that a version's revocation is in effect and its channels are not rolled back yet. */
export function isUnsettledAt(now: Date): SQL | undefined {
  return and(lte(versions.revokeAt, now), not(versions.revocationSettled));
}

/** Whether a version's revocation is in effect and its channels are not rolled back yet. */
export function isUnsettled(
  version: { revokeAt: Date | null; revocationSettled: boolean },
  now: Date,
): boolean {
  return version.revokeAt !== null && version.revokeAt <= now && !version.revocationSettled;
}
