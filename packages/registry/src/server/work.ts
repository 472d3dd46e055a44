import type { Database } from "../storage/database.ts";
import type { Caller } from "./auth/authenticate.ts";

/** What a rule or a view works with, for one request. */
export interface Work {
  database: Database;
  caller: Caller;
  now: Date;
  /** A running build that was last heard of before this is taken for cancelled. */
  staleBefore: Date;
}

/** The same work, inside a transaction. */
export function within(work: Work, transaction: Database): Work {
  return { ...work, database: transaction };
}
