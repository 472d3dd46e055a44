import type { z } from "zod";
import type { registry, UpdateRegistryBody } from "../../api/index.ts";
import { inTransaction } from "../../storage/database.ts";
import { eq } from "../../storage/drizzle.ts";
import { registries } from "../../storage/schema/index.ts";
import { alreadyExists, invalid, notFound } from "../grpc-error.ts";
import { newId } from "../ids.ts";
import { locationOf } from "../views/location.ts";
import { type Work, within } from "../work.ts";
import { lockLineage } from "./locks.ts";

export type RegistryRow = typeof registries.$inferSelect;

/** @throws {GrpcError} 5 where the caller's project has none. */
export async function findRegistry({ database, caller }: Work): Promise<RegistryRow> {
  const [row] = await database
    .select()
    .from(registries)
    .where(eq(registries.projectId, caller.projectId));
  if (row !== undefined) return row;
  throw notFound("the project has no registry: create it with PUT");
}

/** @throws {GrpcError} 6 where the project has one. */
export async function createRegistry(
  { database, caller, now }: Work,
  featureTier: string,
): Promise<RegistryRow> {
  const [row] = await database
    .insert(registries)
    .values({
      projectId: caller.projectId,
      id: newId(),
      featureTier,
      activated: true,
      createdAt: now,
      updatedAt: now,
    })
    .onConflictDoNothing()
    .returning();
  if (row !== undefined) return row;
  throw alreadyExists("the project has a registry already");
}

/** Changes what the mask names: `featureTier`, `activated`. @throws {GrpcError} 3 for any other mask. */
export async function updateRegistry(work: Work, body: UpdateRegistryBody): Promise<RegistryRow> {
  const mask = body.update_mask
    .split(",")
    .map((field) => field.trim().replace(/^config\./, ""))
    .map((field) => (field === "feature_tier" ? "featureTier" : field))
    .filter((field) => field !== "");
  if (mask.length === 0 || mask.some((field) => !["featureTier", "activated"].includes(field))) {
    throw invalid(
      `the update_mask ${JSON.stringify(body.update_mask)} will not do: name featureTier, activated or both`,
    );
  }
  const current = await findRegistry(work);
  const [row = current] = await work.database
    .update(registries)
    .set({
      updatedAt: work.now,
      ...(mask.includes("activated") ? { activated: body.activated ?? false } : {}),
      ...(mask.includes("featureTier") ? { featureTier: body.feature_tier ?? "UNSET" } : {}),
    })
    .where(eq(registries.projectId, work.caller.projectId))
    .returning();
  return row;
}

/** Removes the registry with all its buckets; the project and its principals stay. */
export async function deleteRegistry(work: Work): Promise<RegistryRow> {
  const row = await findRegistry(work);
  await inTransaction(work.database, async (transaction) => {
    await lockLineage(within(work, transaction));
    await transaction.delete(registries).where(eq(registries.projectId, row.projectId));
  });
  return row;
}

/** A registry as it is sent. */
export function presentRegistry(row: RegistryRow, { caller }: Work): z.infer<typeof registry> {
  return {
    id: row.id,
    location: locationOf(caller),
    config: {
      activated: row.activated,
      feature_tier: row.featureTier as "UNSET" | "STANDARD" | "PLUS",
    },
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}
