import { eq, sql } from "drizzle-orm";
import { buckets, builds, versions } from "../../storage/schema/index.ts";
import type { VersionColumns } from "../views/version-view.ts";
import type { Work } from "../work.ts";
import { refreshLatest } from "./latest.ts";

/**
 * Completes a version where it has builds and all of them are done: it gets the bucket's next number, and `latest`
 * moves to it unless it is revoked. The caller holds the version's lock; the bucket's comes with its number.
 *
 * @returns whether the version is complete now.
 */
export async function completeIfDone(work: Work, version: VersionColumns): Promise<boolean> {
  const { database, now } = work;
  const rows = await database
    .select({ status: builds.status, platform: builds.platform })
    .from(builds)
    .where(eq(builds.versionId, version.id));
  if (rows.length === 0 || rows.some((row) => row.status !== "BUILD_DONE")) return false;
  const platforms = [...new Set(rows.map((row) => row.platform))].filter(Boolean).toSorted();
  const [bucket] = await database
    .update(buckets)
    .set({ lastVersionNumber: sql`${buckets.lastVersionNumber} + 1`, platforms, updatedAt: now })
    .where(eq(buckets.id, version.bucketId))
    .returning({ number: buckets.lastVersionNumber });
  if (bucket === undefined) return false;
  await database
    .update(versions)
    .set({ number: bucket.number, completedAt: now, updatedAt: now })
    .where(eq(versions.id, version.id));
  await refreshLatest(work, [version.bucketId]);
  return true;
}
