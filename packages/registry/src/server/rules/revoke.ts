import type { UpdateVersionBody } from "../../api/index.ts";
import { inTransaction } from "../../storage/database.ts";
import { and, eq, inArray } from "../../storage/drizzle.ts";
import { revocations, versions } from "../../storage/schema/index.ts";
import { invalid, refused } from "../grpc-error.ts";
import { isRevoked, nameOf, type VersionColumns } from "../views/version-view.ts";
import { type Work, within } from "../work.ts";
import { refreshLatest } from "./latest.ts";
import { lockLineage } from "./locks.ts";
import { inheritRevocations, refreshRevoked } from "./revocations.ts";
import { settleRevocations } from "./settle.ts";
import { lockVersion, type VersionPath } from "./versions.ts";

/** How and when a version is revoked. */
export interface Revocation {
  revokeAt: Date;
  message: string;
  skipDescendants: boolean;
  rollbackChannels: boolean;
}

/** What a body asks about revocation. @throws {GrpcError} 3 for times that cannot be read. */
export function revocationOf(body: UpdateVersionBody, revokeAt: Date): Revocation {
  return {
    revokeAt,
    message: body.revocation_message,
    skipDescendants: body.skip_descendants_revocation,
    rollbackChannels: !body.disable_rollback_channels,
  };
}

/**
 * Revokes a complete version, now or later, and with it, unless told otherwise, all that stand on it.
 *
 * @returns the ids of the version and of those that inherit.
 * @throws {GrpcError} 9 where the version is incomplete or was revoked by itself before.
 */
export async function revokeVersion(
  work: Work,
  path: VersionPath,
  revocation: Revocation,
): Promise<string[]> {
  return await inTransaction(work.database, async (transaction) => {
    const inside = within(work, transaction);
    await lockLineage(inside);
    return await revokeLocked(inside, path, revocation);
  });
}

/** {@link revokeVersion} in a transaction that holds the lineage lock. */
export async function revokeLocked(
  work: Work,
  path: VersionPath,
  revocation: Revocation,
): Promise<string[]> {
  const version = await lockVersion(work, path);
  await requireRevocable(work, version, path);
  const row = {
    ...revocation,
    versionId: version.id,
    sourceVersionId: version.id,
    author: work.caller.name,
  };
  await work.database
    .insert(revocations)
    .values(row)
    .onConflictDoUpdate({
      target: [revocations.versionId, revocations.sourceVersionId],
      set: row,
    });
  await refreshRevoked(work, [version.id]);
  const heirs = await inheritRevocations(work, version.id);
  await settleRevocations(work);
  return [version.id, ...heirs];
}

/**
 * Takes back a version's own revocation and what others inherited from it. `latest` moves again; other channels stay
 * where they were rolled back to.
 *
 * @throws {GrpcError} 9 where it is not revoked, or only because an ancestor is.
 */
export async function restoreVersion(work: Work, path: VersionPath): Promise<void> {
  await inTransaction(work.database, async (transaction) => {
    const inside = within(work, transaction);
    await lockLineage(inside);
    const version = await lockVersion(inside, path);
    const removed = await transaction
      .delete(revocations)
      .where(inArray(revocations.sourceVersionId, await restorableSources(inside, version, path)))
      .returning({ id: revocations.versionId });
    const ids = [...new Set(removed.map((row) => row.id))];
    await refreshRevoked(inside, ids);
    const bucketIds = await transaction
      .selectDistinct({ id: versions.bucketId })
      .from(versions)
      .where(inArray(versions.id, ids));
    await settleRevocations(inside);
    await refreshLatest(
      inside,
      bucketIds.map((row) => row.id),
    );
  });
}

async function requireRevocable(
  { database, now }: Work,
  version: VersionColumns,
  path: VersionPath,
): Promise<void> {
  if (version.number === 0) {
    throw refused(
      `the version ${path.fingerprint} is incomplete, so nobody can use it: there is nothing to revoke`,
    );
  }
  const [own] = await database
    .select()
    .from(revocations)
    .where(and(eq(revocations.versionId, version.id), eq(revocations.sourceVersionId, version.id)));
  if (own !== undefined && own.revokeAt <= now) {
    throw refused(
      `${nameOf(version)} of the bucket ${JSON.stringify(path.bucket)} is revoked already: restore it first`,
    );
  }
}

/** The version itself or, where that is not revoked by itself, those of its revoked ancestors that were deleted. */
async function restorableSources(
  { database, now }: Work,
  version: VersionColumns,
  path: VersionPath,
): Promise<string[]> {
  const rows = await database
    .select({ sourceId: revocations.sourceVersionId, living: versions.id })
    .from(revocations)
    .leftJoin(versions, eq(versions.id, revocations.sourceVersionId))
    .where(eq(revocations.versionId, version.id));
  const name = `${nameOf(version)} of the bucket ${JSON.stringify(path.bucket)}`;
  if (rows.length === 0) throw refused(`${name} is not revoked: there is nothing to restore`);
  const sources = rows.filter((row) => row.sourceId === version.id || row.living === null);
  if (sources.length > 0) return sources.map((row) => row.sourceId);
  const when = isRevoked(version, now) ? "is" : "will be";
  throw refused(
    `${name} ${when} revoked because an ancestor is (version id ${version.revocationSourceId}): restore that one`,
  );
}

/** @throws {GrpcError} 3 where a version is asked to do two things at once, or nothing. */
export function requireOneAction(actions: readonly boolean[]): void {
  if (actions.filter(Boolean).length === 1) return;
  throw invalid("ask for exactly one of: complete, restore, revoke_at, revoke_in");
}
