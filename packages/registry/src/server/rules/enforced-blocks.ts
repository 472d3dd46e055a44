import type {
  CreateEnforcedBlockBody,
  CreateEnforcedBlockVersionBody,
  UpdateEnforcedBlockBody,
  UpdateEnforcedBlockVersionBody,
} from "../../api/index.ts";
import { inTransaction } from "../../storage/database.ts";
import { and, desc, eq, ne } from "../../storage/drizzle.ts";
import {
  enforcedBlockBuckets,
  enforcedBlocks,
  enforcedBlockVersions,
} from "../../storage/schema/index.ts";
import { alreadyExists, notFound } from "../grpc-error.ts";
import { newId } from "../ids.ts";
import { type Work, within } from "../work.ts";
import { refuseLinked } from "./enforced-block-links.ts";

export type BlockRow = typeof enforcedBlocks.$inferSelect;
export type BlockVersionRow = typeof enforcedBlockVersions.$inferSelect;

/** A block with its newest version. */
export interface BlockWithVersion {
  block: BlockRow;
  version: BlockVersionRow | undefined;
}

/** @throws {GrpcError} 5 where the project has no such block. */
export async function findBlock(work: Work, id: string): Promise<BlockWithVersion> {
  const [block] = await work.database
    .select()
    .from(enforcedBlocks)
    .where(and(eq(enforcedBlocks.id, id), eq(enforcedBlocks.projectId, work.caller.projectId)));
  if (block === undefined) throw notFound(`there is no enforced block ${id} in the project`);
  const [version] = await work.database
    .select()
    .from(enforcedBlockVersions)
    .where(eq(enforcedBlockVersions.enforcedBlockId, id))
    .orderBy(desc(enforcedBlockVersions.id))
    .limit(1);
  return { block, version };
}

/** Makes a block with its first version. @throws {GrpcError} 6 where the project has one of that name. */
export async function createBlock(
  work: Work,
  body: CreateEnforcedBlockBody,
): Promise<BlockWithVersion> {
  return await inTransaction(work.database, async (transaction) => {
    const [block] = await transaction
      .insert(enforcedBlocks)
      .values({
        id: newId(),
        projectId: work.caller.projectId,
        name: body.name,
        labels: body.labels ?? {},
        createdAt: work.now,
        updatedAt: work.now,
      })
      .onConflictDoNothing()
      .returning();
    if (block === undefined) throw nameTaken(body.name);
    return { block, version: await addVersion(within(work, transaction), block.id, body) };
  });
}

/** Adds a version to a block; buckets stay linked to theirs. @throws {GrpcError} 6 where the label is taken. */
export async function createBlockVersion(
  work: Work,
  blockId: string,
  body: CreateEnforcedBlockVersionBody,
): Promise<BlockVersionRow> {
  return await inTransaction(work.database, async (transaction) => {
    const inside = within(work, transaction);
    await lockBlock(inside, blockId);
    return await addVersion(inside, blockId, body);
  });
}

/** Changes a block's name or labels. @throws {GrpcError} 6 where another one has the name. */
export async function updateBlock(
  work: Work,
  id: string,
  body: UpdateEnforcedBlockBody,
): Promise<void> {
  await inTransaction(work.database, async (transaction) => {
    const inside = within(work, transaction);
    const block = await lockBlock(inside, id);
    const mask = maskOf(body.update_mask, ["name", "labels"]);
    const name = mask.has("name") ? (body.name ?? block.name) : block.name;
    await refuseTaken(inside, id, name);
    await transaction
      .update(enforcedBlocks)
      .set({
        name,
        ...(mask.has("labels") && body.labels !== undefined ? { labels: body.labels } : {}),
        updatedAt: work.now,
      })
      .where(eq(enforcedBlocks.id, id));
  });
}

/** Changes a version's description; its content never changes. */
export async function updateBlockVersion(
  work: Work,
  blockId: string,
  id: string,
  body: UpdateEnforcedBlockVersionBody,
): Promise<BlockVersionRow> {
  const version = await findBlockVersion(work, blockId, id);
  const [updated = version] = await work.database
    .update(enforcedBlockVersions)
    .set({
      additionalDescription: body.additional_description ?? version.additionalDescription,
      updatedAt: work.now,
    })
    .where(eq(enforcedBlockVersions.id, id))
    .returning();
  return updated;
}

/** @throws {GrpcError} 9 while a bucket is linked to any of its versions. */
export async function deleteBlock(work: Work, id: string): Promise<void> {
  await inTransaction(work.database, async (transaction) => {
    const inside = within(work, transaction);
    await lockBlock(inside, id);
    await refuseLinked(transaction, eq(enforcedBlockBuckets.enforcedBlockId, id));
    await transaction.delete(enforcedBlocks).where(eq(enforcedBlocks.id, id));
  });
}

/** @throws {GrpcError} 9 while a bucket is linked to it. */
export async function deleteBlockVersion(work: Work, blockId: string, id: string): Promise<void> {
  await inTransaction(work.database, async (transaction) => {
    const inside = within(work, transaction);
    await lockBlock(inside, blockId);
    await findBlockVersion(inside, blockId, id);
    await refuseLinked(transaction, eq(enforcedBlockBuckets.enforcedBlockVersionId, id));
    await transaction.delete(enforcedBlockVersions).where(eq(enforcedBlockVersions.id, id));
  });
}

/** The versions of a block, newest first. */
export async function listBlockVersions(work: Work, blockId: string) {
  const { block } = await findBlock(work, blockId);
  const versions = await work.database
    .select()
    .from(enforcedBlockVersions)
    .where(eq(enforcedBlockVersions.enforcedBlockId, blockId))
    .orderBy(desc(enforcedBlockVersions.id));
  return { block, versions };
}

/** @throws {GrpcError} 5 where the block has no such version. */
export async function findBlockVersion(
  work: Work,
  blockId: string,
  id: string,
): Promise<BlockVersionRow> {
  await findBlock(work, blockId);
  const [version] = await work.database
    .select()
    .from(enforcedBlockVersions)
    .where(
      and(eq(enforcedBlockVersions.id, id), eq(enforcedBlockVersions.enforcedBlockId, blockId)),
    );
  if (version !== undefined) return version;
  throw notFound(`the enforced block ${blockId} has no version ${id}`);
}

async function addVersion(
  { database, now }: Work,
  blockId: string,
  body: CreateEnforcedBlockVersionBody,
): Promise<BlockVersionRow> {
  const label =
    body.version || String((await database.$count(enforcedBlockVersions, ofBlock(blockId))) + 1);
  const [version] = await database
    .insert(enforcedBlockVersions)
    .values({
      id: newId(),
      enforcedBlockId: blockId,
      version: label,
      blockContent: body.block_content,
      additionalDescription: body.additional_description,
      templateType: body.template_type ?? "HCL2",
      createdAt: now,
      updatedAt: now,
    })
    .onConflictDoNothing()
    .returning();
  if (version !== undefined) return version;
  throw alreadyExists(`the enforced block has a version ${JSON.stringify(label)} already`);
}

function ofBlock(blockId: string) {
  return eq(enforcedBlockVersions.enforcedBlockId, blockId);
}

/** {@link findBlock}'s own columns, and nobody else changes the block until the transaction ends. */
export async function lockBlock({ database, caller }: Work, id: string): Promise<BlockRow> {
  const [block] = await database
    .select()
    .from(enforcedBlocks)
    .where(and(eq(enforcedBlocks.id, id), eq(enforcedBlocks.projectId, caller.projectId)))
    .for("update");
  if (block !== undefined) return block;
  throw notFound(`there is no enforced block ${id} in the project`);
}

async function refuseTaken({ database, caller }: Work, id: string, name: string) {
  const [other] = await database
    .select({ id: enforcedBlocks.id })
    .from(enforcedBlocks)
    .where(
      and(
        eq(enforcedBlocks.projectId, caller.projectId),
        eq(enforcedBlocks.name, name),
        ne(enforcedBlocks.id, id),
      ),
    );
  if (other !== undefined) throw nameTaken(name);
}

function nameTaken(name: string) {
  return alreadyExists(`the project has an enforced block ${JSON.stringify(name)} already`);
}

function maskOf(text: string, all: readonly string[]): Set<string> {
  const fields = text.split(",").map((field) => field.trim());
  const known = fields.filter((field) => all.includes(field));
  return new Set(known.length === 0 ? all : known);
}
