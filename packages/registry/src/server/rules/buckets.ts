import type { CreateBucketBody, UpdateBucketBody } from "../../api/index.ts";
import { inTransaction } from "../../storage/database.ts";
import { isUniqueViolation } from "../../storage/database-errors.ts";
import { and, eq, type PgColumn, type SQL, sql } from "../../storage/drizzle.ts";
import { preparedOn } from "../../storage/prepared.ts";
import { buckets, channels } from "../../storage/schema/index.ts";
import { alreadyExists, type GrpcError, notFound } from "../grpc-error.ts";
import { newId } from "../ids.ts";
import { BUCKET_PARTS, type BucketColumns, type BucketRow } from "../views/bucket-view.ts";
import { type Work, within } from "../work.ts";
import { lockLineage } from "./locks.ts";

/** The channel that every bucket has and that the registry itself moves. */
export const LATEST = "latest";

/** A bucket's own columns, by its name. @throws {GrpcError} 5 where the caller's project has none of that name. */
export async function findBucket({ database, caller }: Work, name: string): Promise<BucketColumns> {
  const query = preparedOn(database, "find_bucket", (id) =>
    database.select().from(buckets).where(isBucket()).prepare(id),
  );
  const [bucket] = await query.execute({ project: caller.projectId, bucket: name });
  if (bucket !== undefined) return bucket;
  throw noBucket(name);
}

/** A bucket with all that is shown of it. @throws {GrpcError} 5 where the caller's project has none of that name. */
export async function loadBucket({ database, caller }: Work, name: string): Promise<BucketRow> {
  const query = preparedOn(database, "load_bucket", (id) =>
    database.query.buckets
      .findFirst({
        where: isBucket(),
        ...BUCKET_PARTS,
      })
      .prepare(id),
  );
  const bucket = await query.execute({ project: caller.projectId, bucket: name });
  if (bucket !== undefined) return bucket;
  throw noBucket(name);
}

/** The condition that a row is the bucket for whose `project` and `bucket` a prepared query is run. */
export function isBucket(): SQL | undefined {
  return and(
    eq(buckets.projectId, sql.placeholder("project")),
    eq(buckets.name, sql.placeholder("bucket")),
  );
}

/**
 * The condition that a row belongs to the bucket of that name, for a prepared query that is run with a `project` and
 * a `bucket`.
 */
export function inBucket({ database }: Work, bucketId: PgColumn): SQL {
  const bucket = database.select({ id: buckets.id }).from(buckets).where(isBucket());
  return sql`${bucketId} = (${bucket})`;
}

/**
 * Makes a bucket and its channel `latest`.
 *
 * @throws {GrpcError} 6 where the project has one of that name.
 */
export async function createBucket(work: Work, body: CreateBucketBody): Promise<BucketRow> {
  const { caller, now } = work;
  const bucket: BucketColumns = {
    id: newId(),
    projectId: caller.projectId,
    name: body.name,
    description: body.description,
    labels: body.labels ?? {},
    platforms: [],
    lastVersionNumber: 0,
    createdAt: now,
    updatedAt: now,
  };
  try {
    await inTransaction(work.database, async (transaction) => {
      await transaction.insert(buckets).values(bucket);
      await transaction.insert(channels).values({
        id: newId(),
        bucketId: bucket.id,
        name: LATEST,
        managed: true,
        restricted: false,
        authorId: caller.name,
        createdAt: now,
        updatedAt: now,
      });
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw alreadyExists(`the project has a bucket ${JSON.stringify(body.name)} already`, error);
  }
  return { ...bucket, versionCount: 0, childrenStatus: null, channels: [] };
}

/** Replaces a bucket's description and labels; its platforms only where they are given. */
export async function updateBucket(
  work: Work,
  name: string,
  body: UpdateBucketBody,
): Promise<BucketRow> {
  await work.database
    .update(buckets)
    .set({
      description: body.description,
      labels: body.labels ?? {},
      ...(body.platforms === undefined ? {} : { platforms: body.platforms }),
      updatedAt: work.now,
    })
    .where(and(eq(buckets.projectId, work.caller.projectId), eq(buckets.name, name)));
  return await loadBucket(work, name);
}

/** Removes a bucket with everything in it; what was built on it stays, without this parent. */
export async function deleteBucket(work: Work, name: string): Promise<void> {
  await inTransaction(work.database, async (transaction) => {
    const inside = within(work, transaction);
    await lockLineage(inside);
    const bucket = await findBucket(inside, name);
    await transaction.delete(buckets).where(eq(buckets.id, bucket.id));
  });
}

/** No such bucket in the caller's project. */
export function noBucket(name: string): GrpcError {
  return notFound(`there is no bucket ${JSON.stringify(name)} in the project`);
}
