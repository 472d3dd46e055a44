import { type Database, inTransaction } from "../../storage/database.ts";
import { and, eq, inArray } from "../../storage/drizzle.ts";
import { preparedOn } from "../../storage/prepared.ts";
import { buckets, enforcedBlockBuckets } from "../../storage/schema/index.ts";
import { notFound, refused } from "../grpc-error.ts";
import { newId } from "../ids.ts";
import { BUCKET_PARTS } from "../views/bucket-view.ts";
import { type Work, within } from "../work.ts";
import { isBucket, noBucket } from "./buckets.ts";
import { findBlockVersion, lockBlock } from "./enforced-blocks.ts";

export type BlockLinkRow = typeof enforcedBlockBuckets.$inferSelect;

/** What is enforced in a bucket, by the block's id. @throws {GrpcError} 5 without the bucket. */
export async function blocksOfBucket(work: Work, bucketName: string) {
  const { database, caller } = work;
  const query = preparedOn(database, "blocks_of_bucket", (id) =>
    database.query.buckets
      .findFirst({
        columns: {},
        where: isBucket(),
        with: {
          enforced: {
            orderBy: enforcedBlockBuckets.enforcedBlockId,
            with: { block: true, version: true },
          },
        },
      })
      .prepare(id),
  );
  const bucket = await query.execute({ project: caller.projectId, bucket: bucketName });
  if (bucket === undefined) throw noBucket(bucketName);
  return bucket.enforced;
}

/** The links of a version of a block, with their buckets, by the bucket's name. */
export async function linksOf(work: Work, blockId: string, id: string) {
  await findBlockVersion(work, blockId, id);
  const rows = await work.database.query.enforcedBlockBuckets.findMany({
    where: eq(enforcedBlockBuckets.enforcedBlockVersionId, id),
    with: { bucket: BUCKET_PARTS },
  });
  return rows.toSorted((one, other) => (one.bucket.name < other.bucket.name ? -1 : 1));
}

/**
 * Enforces a version in these buckets and no others. A bucket that is linked to another version of the block moves.
 *
 * @throws {GrpcError} 5 where the project has no such bucket.
 */
export async function linkBuckets(
  work: Work,
  blockId: string,
  id: string,
  names: readonly string[],
): Promise<BlockLinkRow[]> {
  return await inTransaction(work.database, async (transaction) => {
    const inside = within(work, transaction);
    await lockBlock(inside, blockId);
    await findBlockVersion(inside, blockId, id);
    const bucketIds = await bucketsNamed(inside, names);
    const isLinked = eq(enforcedBlockBuckets.enforcedBlockVersionId, id);
    await transaction.delete(enforcedBlockBuckets).where(isLinked);
    if (bucketIds.length === 0) return [];
    await transaction
      .delete(enforcedBlockBuckets)
      .where(
        and(
          eq(enforcedBlockBuckets.enforcedBlockId, blockId),
          inArray(enforcedBlockBuckets.bucketId, bucketIds),
        ),
      );
    return await transaction
      .insert(enforcedBlockBuckets)
      .values(
        bucketIds.map((bucketId) => ({
          id: newId(),
          enforcedBlockId: blockId,
          enforcedBlockVersionId: id,
          bucketId,
          createdAt: work.now,
        })),
      )
      .returning();
  });
}

/** @throws {GrpcError} 9 where a link meets the condition. */
export async function refuseLinked(
  database: Database,
  condition: ReturnType<typeof eq>,
): Promise<void> {
  const linked = await database
    .select({ name: buckets.name })
    .from(enforcedBlockBuckets)
    .innerJoin(buckets, eq(buckets.id, enforcedBlockBuckets.bucketId))
    .where(condition)
    .limit(5);
  if (linked.length === 0) return;
  const names = linked.map((row) => row.name).join(", ");
  throw refused(`it is enforced in the buckets ${names}: unlink them first`);
}

async function bucketsNamed(
  { database, caller }: Work,
  names: readonly string[],
): Promise<string[]> {
  const distinct = [...new Set(names)];
  if (distinct.length === 0) return [];
  const rows = await database
    .select({ id: buckets.id, name: buckets.name })
    .from(buckets)
    .where(and(eq(buckets.projectId, caller.projectId), inArray(buckets.name, distinct)));
  const known = new Set(rows.map((row) => row.name));
  const missing = distinct.find((name) => !known.has(name));
  if (missing === undefined) return rows.map((row) => row.id);
  throw notFound(`there is no bucket ${JSON.stringify(missing)} in the project`);
}
