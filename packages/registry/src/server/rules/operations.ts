import type { z } from "zod";
import type { operation } from "../../api/index.ts";
import { and, eq } from "../../storage/drizzle.ts";
import { operations } from "../../storage/schema/index.ts";
import { notFound } from "../grpc-error.ts";
import { newId } from "../ids.ts";
import { locationOf } from "../views/location.ts";
import type { Work } from "../work.ts";

export type Operation = z.infer<typeof operation>;

/** Notes that something was done that HCP does in the background, for clients that wait for its operation. */
export async function recordOperation({ database, caller, now }: Work): Promise<Operation> {
  const row = { id: newId(), projectId: caller.projectId, createdAt: now };
  await database.insert(operations).values(row);
  return present(row, caller);
}

/** @throws {GrpcError} 5 where the project has no such operation, or had it over a day ago. */
export async function findOperation({ database, caller }: Work, id: string): Promise<Operation> {
  const [row] = await database
    .select()
    .from(operations)
    .where(and(eq(operations.id, id), eq(operations.projectId, caller.projectId)));
  if (row !== undefined) return present(row, caller);
  throw notFound(`there is no operation ${id}`);
}

function present(row: typeof operations.$inferSelect, caller: Work["caller"]): Operation {
  const time = row.createdAt.toISOString();
  return {
    id: row.id,
    state: "DONE",
    location: locationOf(caller),
    created_at: time,
    updated_at: time,
  };
}
