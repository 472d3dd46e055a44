import type { Database } from "../../storage/database.ts";
import { eq } from "../../storage/drizzle.ts";
import { signingKeys } from "../../storage/schema/index.ts";
import { newSecret } from "./secrets.ts";

const ACTIVE = "active";

/** The key that all servers on this store sign with; the first server to start makes it. */
export async function loadSigningKey(database: Database, now: Date): Promise<string> {
  await database
    .insert(signingKeys)
    .values({ id: ACTIVE, secret: newSecret(), createdAt: now })
    .onConflictDoNothing();
  const [key] = await database.select().from(signingKeys).where(eq(signingKeys.id, ACTIVE));
  if (key === undefined) throw new Error("the signing key was not stored");
  return key.secret;
}
