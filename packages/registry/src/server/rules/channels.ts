import type { CreateChannelBody, UpdateChannelBody } from "../../api/index.ts";
import { inTransaction } from "../../storage/database.ts";
import { and, eq, sql } from "../../storage/drizzle.ts";
import { preparedOn } from "../../storage/prepared.ts";
import { buckets, channels, versions } from "../../storage/schema/index.ts";
import { maySee } from "../auth/roles.ts";
import {
  alreadyExists,
  denied,
  type GrpcError,
  invalid,
  notFound,
  refused,
} from "../grpc-error.ts";
import { newId } from "../ids.ts";
import { CHANNEL_PARTS, type ChannelRow } from "../views/channel-view.ts";
import { isRevoked, nameOf, type VersionColumns } from "../views/version-view.ts";
import { type Work, within } from "../work.ts";
import { assign } from "./assignments.ts";
import { findBucket, inBucket } from "./buckets.ts";
import { lockLineage, lockLineageShared } from "./locks.ts";
import { isUnsettled, settleRevocations } from "./settle.ts";
import { noVersion } from "./versions.ts";

type Columns = typeof channels.$inferSelect;

/**
 * A channel with the version that it points at. One whose version's revocation has just come into effect is rolled
 * back first.
 *
 * @throws {GrpcError} 5 without it; 7 where it is restricted and the caller only reads.
 */
export async function loadChannel(
  work: Work,
  bucketName: string,
  name: string,
): Promise<ChannelRow> {
  const { database, caller } = work;
  const query = preparedOn(database, "load_channel", (id) =>
    database.query.channels
      .findFirst({
        where: and(
          inBucket(work, channels.bucketId),
          eq(channels.name, sql.placeholder("channel")),
        ),
        ...CHANNEL_PARTS,
      })
      .prepare(id),
  );
  const names = { project: caller.projectId, bucket: bucketName, channel: name };
  const load = async () => await query.execute(names);
  let channel = await load();
  if (channel?.version && isUnsettled(channel.version, work.now)) {
    await settleNow(work);
    channel = await load();
  }
  if (channel === undefined) throw await noChannel(work, bucketName, name);
  if (maySee(caller.role, channel)) return channel;
  throw denied(
    `the channel ${JSON.stringify(name)} is restricted: it takes the role contributor, the principal ${work.caller.name} is a viewer`,
  );
}

/** All channels of a bucket that the caller may see, by name. */
export async function loadChannels(work: Work, bucketName: string): Promise<ChannelRow[]> {
  const bucket = await findBucket(work, bucketName);
  const load = () =>
    work.database.query.channels.findMany({
      where: eq(channels.bucketId, bucket.id),
      orderBy: channels.name,
      ...CHANNEL_PARTS,
    });
  let rows = await load();
  if (rows.some((row) => row.version !== null && isUnsettled(row.version, work.now))) {
    await settleNow(work);
    rows = await load();
  }
  return rows.filter((row) => maySee(work.caller.role, row));
}

/** @throws {GrpcError} 6 where the bucket has one of that name; `latest` is always there. */
export async function createChannel(
  work: Work,
  bucketName: string,
  body: CreateChannelBody,
): Promise<void> {
  const { caller, now } = work;
  await inTransaction(work.database, async (transaction) => {
    const inside = within(work, transaction);
    await lockLineageShared(inside);
    const bucket = await findBucket(inside, bucketName);
    const channel: Columns = {
      id: newId(),
      bucketId: bucket.id,
      name: body.name,
      versionId: null,
      managed: false,
      restricted: body.restricted ?? false,
      authorId: caller.name,
      createdAt: now,
      updatedAt: now,
    };
    const made = await transaction
      .insert(channels)
      .values(channel)
      .onConflictDoNothing()
      .returning({ id: channels.id });
    if (made.length === 0) {
      throw alreadyExists(
        `the bucket ${JSON.stringify(bucketName)} has a channel ${JSON.stringify(body.name)} already`,
      );
    }
    if (body.version_fingerprint) {
      await point(inside, bucketName, channel, body.version_fingerprint);
    }
  });
}

/**
 * Changes what the mask names: the version, where an empty fingerprint means none, and the restriction.
 *
 * @throws {GrpcError} 3 for a mask that is empty or names anything else; 9 for a version that is incomplete or
 * revoked, and for the version of `latest`.
 */
export async function updateChannel(
  work: Work,
  bucketName: string,
  name: string,
  body: UpdateChannelBody,
): Promise<void> {
  const mask = maskOf(body.update_mask);
  await inTransaction(work.database, async (transaction) => {
    const inside = within(work, transaction);
    await lockLineageShared(inside);
    const channel = await lockChannel(inside, bucketName, name);
    if (mask.has("versionFingerprint")) {
      await point(inside, bucketName, channel, body.version_fingerprint ?? "");
    }
    if (!mask.has("restricted")) return;
    await transaction
      .update(channels)
      .set({
        restricted: body.restricted ?? false,
        authorId: work.caller.name,
        updatedAt: work.now,
      })
      .where(eq(channels.id, channel.id));
  });
}

/**
 * Points one channel at what another one points at.
 *
 * @throws {GrpcError} 9 where the source points at nothing, and as {@link updateChannel}.
 */
export async function copyAssignment(
  work: Work,
  bucketName: string,
  source: string,
  target: string,
): Promise<void> {
  await inTransaction(work.database, async (transaction) => {
    const inside = within(work, transaction);
    await lockLineageShared(inside);
    const fingerprint = await assignedFingerprint(inside, bucketName, source);
    const channel = await lockChannel(inside, bucketName, target);
    await point(inside, bucketName, channel, fingerprint);
  });
}

/** Removes a channel; builds that found their parent by it are undetermined from now on. */
export async function deleteChannel(work: Work, bucketName: string, name: string): Promise<void> {
  await inTransaction(work.database, async (transaction) => {
    const inside = within(work, transaction);
    const channel = await lockChannel(inside, bucketName, name);
    if (channel.managed) throw isManaged(name);
    await transaction.delete(channels).where(eq(channels.id, channel.id));
  });
}

async function settleNow(work: Work): Promise<void> {
  await inTransaction(work.database, async (transaction) => {
    const inside = within(work, transaction);
    await lockLineage(inside);
    await settleRevocations(inside);
  });
}

async function assignedFingerprint(work: Work, bucketName: string, name: string): Promise<string> {
  const [row] = await channelsOf(work, bucketName, name).leftJoin(
    versions,
    eq(versions.id, channels.versionId),
  );
  if (row === undefined) throw await noChannel(work, bucketName, name);
  if (row.versions !== null) return row.versions.fingerprint;
  throw refused(`the channel ${JSON.stringify(name)} points at no version: assign it first`);
}

async function lockChannel(work: Work, bucketName: string, name: string): Promise<Columns> {
  const [row] = await channelsOf(work, bucketName, name).for("update", { of: channels });
  if (row === undefined) throw await noChannel(work, bucketName, name);
  return row.channels;
}

function channelsOf({ database, caller }: Work, bucketName: string, name: string) {
  return database
    .select()
    .from(channels)
    .innerJoin(buckets, eq(buckets.id, channels.bucketId))
    .where(
      and(
        eq(buckets.projectId, caller.projectId),
        eq(buckets.name, bucketName),
        eq(channels.name, name),
      ),
    )
    .$dynamic();
}

async function point(
  work: Work,
  bucketName: string,
  channel: Columns,
  fingerprint: string,
): Promise<void> {
  if (channel.managed) throw isManaged(channel.name);
  const version =
    fingerprint === "" ? null : await usableVersion(work, bucketName, channel, fingerprint);
  if ((version?.id ?? null) === channel.versionId) return;
  await assign(work, [{ channelId: channel.id, version }], work.caller.name);
}

async function usableVersion(
  work: Work,
  bucketName: string,
  channel: Columns,
  fingerprint: string,
): Promise<VersionColumns> {
  const [version] = await work.database
    .select()
    .from(versions)
    .where(and(eq(versions.bucketId, channel.bucketId), eq(versions.fingerprint, fingerprint)));
  if (version === undefined) throw noVersion({ bucket: bucketName, fingerprint });
  if (version.number === 0) {
    throw refused(
      `the version ${fingerprint} is incomplete: finish its builds before assigning it`,
    );
  }
  if (isRevoked(version, work.now)) {
    throw refused(`${nameOf(version)} is revoked: restore it before assigning it`);
  }
  return version;
}

function maskOf(text: string): Set<string> {
  const fields = text
    .split(",")
    .map((field) => field.trim().replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()))
    .filter((field) => field !== "");
  const wrong = fields.find((field) => field !== "versionFingerprint" && field !== "restricted");
  if (fields.length > 0 && wrong === undefined) return new Set(fields);
  const problem = wrong === undefined ? "is empty" : `names ${JSON.stringify(wrong)}`;
  throw invalid(`the update_mask ${problem}: name versionFingerprint, restricted or both`);
}

function isManaged(name: string) {
  return refused(
    `the channel ${JSON.stringify(name)} is managed by the registry: it always points at the newest version that is not revoked`,
  );
}

async function noChannel(work: Work, bucketName: string, name: string): Promise<GrpcError> {
  await findBucket(work, bucketName);
  return notFound(
    `the bucket ${JSON.stringify(bucketName)} has no channel ${JSON.stringify(name)}`,
  );
}
