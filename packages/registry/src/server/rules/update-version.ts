import type { UpdateVersionBody } from "../../api/index.ts";
import { inTransaction } from "../../storage/database.ts";
import { and, eq, inArray } from "../../storage/drizzle.ts";
import { channels, versions } from "../../storage/schema/index.ts";
import { refused } from "../grpc-error.ts";
import { nameOf } from "../views/version-view.ts";
import { type Work, within } from "../work.ts";
import { completeIfDone } from "./complete.ts";
import { REGISTRY_AUTHOR, refreshLatest } from "./latest.ts";
import { lockLineage } from "./locks.ts";
import { revocationTime } from "./revocation-time.ts";
import { requireOneAction, restoreVersion, revocationOf, revokeVersion } from "./revoke.ts";
import { rollBackChannels } from "./settle.ts";
import { lockVersion, lockVersionAndLineage, type VersionPath } from "./versions.ts";

/**
 * Completes, revokes or restores a version.
 *
 * @throws {GrpcError} 3 where the body asks for none or several of them, 9 where the version does not allow it.
 */
export async function updateVersion(
  work: Work,
  path: VersionPath,
  body: UpdateVersionBody,
): Promise<void> {
  const revokeAt = revocationTime(body.revoke_at, body.revoke_in, work.now);
  requireOneAction([body.complete, body.restore, revokeAt !== undefined]);
  if (revokeAt !== undefined) await revokeVersion(work, path, revocationOf(body, revokeAt));
  else if (body.restore) await restoreVersion(work, path);
  else await completeVersion(work, path);
}

/** Completes a version by request; done before is fine. @throws {GrpcError} 9 where a build is not done. */
export async function completeVersion(work: Work, path: VersionPath): Promise<void> {
  await inTransaction(work.database, async (transaction) => {
    const inside = within(work, transaction);
    const version = await lockVersionAndLineage(inside, path);
    if (version.number > 0 || (await completeIfDone(inside, version))) return;
    throw refused(
      `the version ${path.fingerprint} of the bucket ${JSON.stringify(path.bucket)} cannot be complete: it has no builds, or some that are not done`,
    );
  });
}

/**
 * Removes a version with its builds. Its number is not given again. What was built on it stays, without this parent,
 * and stays revoked where it inherited that.
 *
 * @throws {GrpcError} 9 where channels other than `latest` point at it and are not to be rolled back.
 */
export async function deleteVersion(
  work: Work,
  path: VersionPath,
  rollbackChannels: boolean,
): Promise<void> {
  await inTransaction(work.database, async (transaction) => {
    const inside = within(work, transaction);
    await lockLineage(inside);
    const version = await lockVersion(inside, path);
    if (rollbackChannels) await rollBackChannels(inside, [version.id], REGISTRY_AUTHOR);
    const pointing = await transaction
      .select({ name: channels.name })
      .from(channels)
      .where(and(inArray(channels.versionId, [version.id]), eq(channels.managed, false)));
    if (pointing.length > 0) {
      const names = pointing.map((row) => row.name).join(", ");
      throw refused(
        `${nameOf(version)} of the bucket ${JSON.stringify(path.bucket)} is in the channels ${names}: assign them elsewhere, or send rollback_channels=true`,
      );
    }
    await transaction.delete(versions).where(eq(versions.id, version.id));
    await refreshLatest(inside, [version.bucketId]);
  });
}
