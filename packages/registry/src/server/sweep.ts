import { type Database, inTransaction } from "../storage/database.ts";
import { and, eq, lt, sql } from "../storage/drizzle.ts";
import { buckets, builds, operations, versions } from "../storage/schema/index.ts";
import { lockLineage } from "./rules/locks.ts";
import { isUnsettledAt, settleRevocations } from "./rules/settle.ts";

const DAY = 86_400_000;

/**
 * Does what time alone brings about: builds without a sign of life become cancelled, channels of versions whose
 * revocation has come into effect are rolled back, old operations are forgotten. Servers that sweep one store at once
 * do each thing once.
 *
 * @returns how many builds were cancelled, and in how many projects revocations were settled.
 */
export async function sweep(
  database: Database,
  now: Date,
  heartbeatTimeout: number,
): Promise<{ cancelledBuilds: number; settledProjects: number }> {
  const staleBefore = new Date(now.getTime() - heartbeatTimeout);
  const cancelled = await database
    .update(builds)
    .set({ status: "BUILD_CANCELLED", updatedAt: now })
    .where(and(sql`${builds.status} = 'BUILD_RUNNING'`, lt(builds.heartbeatAt, staleBefore)))
    .returning({ id: builds.id });
  const due = await database
    .selectDistinct({ projectId: buckets.projectId })
    .from(versions)
    .innerJoin(buckets, eq(buckets.id, versions.bucketId))
    .where(isUnsettledAt(now));
  for (const caller of due) {
    await inTransaction(database, async (transaction) => {
      const work = { database: transaction, now, caller };
      await lockLineage(work);
      await settleRevocations(work);
    });
  }
  await database.delete(operations).where(lt(operations.createdAt, new Date(now.getTime() - DAY)));
  return { cancelledBuilds: cancelled.length, settledProjects: due.length };
}
