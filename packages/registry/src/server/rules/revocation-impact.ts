import type { RevocationImpact } from "../../api/index.ts";
import { inTransaction } from "../../storage/database.ts";
import { asc, eq, inArray } from "../../storage/drizzle.ts";
import { buckets, channels, versions } from "../../storage/schema/index.ts";
import { nameOf, type VersionColumns } from "../views/version-view.ts";
import { type Work, within } from "../work.ts";
import { descendantsOf } from "./descendants.ts";
import { lockLineage } from "./locks.ts";
import { type Revocation, revokeLocked } from "./revoke.ts";
import { findVersion, type VersionPath } from "./versions.ts";

/** Carries the result out of a transaction that must not be committed. */
class Preview extends Error {
  readonly impact: RevocationImpact;

  constructor(impact: RevocationImpact) {
    super("a preview is never committed");
    this.impact = impact;
  }
}

/**
 * What revoking a version would do: it is done, looked at and rolled back, so that it cannot differ from the real one.
 *
 * @throws {GrpcError} 9 where the version cannot be revoked.
 */
export async function previewRevocation(
  work: Work,
  path: VersionPath,
  revocation: Revocation,
): Promise<RevocationImpact> {
  try {
    return await inTransaction(work.database, async (transaction) => {
      const inside = within(work, transaction);
      await lockLineage(inside);
      const { id } = await findVersion(inside, path);
      const before = await pointersAt(inside, [id, ...(await descendantsOf(inside, id))]);
      const revoked = await revokeLocked(inside, path, revocation);
      const after = await targetsOf(
        inside,
        before.map((row) => row.id),
      );
      throw new Preview({
        versions: await namesOf(inside, revoked),
        channels: before
          .filter((row) => revoked.includes(row.version.id))
          .map((row) => {
            const to = after.get(row.id);
            return {
              bucket_name: row.bucketName,
              channel_name: row.name,
              from: named(row.bucketName, row.version),
              ...(to === undefined ? {} : { to: named(row.bucketName, to) }),
            };
          }),
      });
    });
  } catch (error) {
    if (error instanceof Preview) return error.impact;
    throw error;
  }
}

/** The channels that point at one of these versions, by bucket and name. */
async function pointersAt({ database }: Work, versionIds: readonly string[]) {
  return await database
    .select({ id: channels.id, name: channels.name, bucketName: buckets.name, version: versions })
    .from(channels)
    .innerJoin(versions, eq(versions.id, channels.versionId))
    .innerJoin(buckets, eq(buckets.id, channels.bucketId))
    .where(inArray(channels.versionId, [...versionIds]))
    .orderBy(asc(buckets.name), asc(channels.name));
}

/** What channels point at, by the channel's id; those that point at nothing are left out. */
async function targetsOf({ database }: Work, channelIds: readonly string[]) {
  const rows = await database
    .select({ id: channels.id, version: versions })
    .from(channels)
    .innerJoin(versions, eq(versions.id, channels.versionId))
    .where(inArray(channels.id, [...channelIds]));
  return new Map(rows.map((row) => [row.id, row.version]));
}

async function namesOf({ database }: Work, ids: readonly string[]) {
  const rows = await database
    .select({ version: versions, bucketName: buckets.name })
    .from(versions)
    .innerJoin(buckets, eq(buckets.id, versions.bucketId))
    .where(inArray(versions.id, [...ids]));
  const byId = new Map(rows.map((row) => [row.version.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    return row === undefined ? [] : [named(row.bucketName, row.version)];
  });
}

function named(bucketName: string, version: VersionColumns) {
  return {
    bucket_name: bucketName,
    version_id: version.id,
    version_name: nameOf(version),
    version_fingerprint: version.fingerprint,
  };
}
