import type { Database } from "../database.ts";
import { sql } from "../drizzle.ts";
import { migrations } from "../migrations/index.ts";
import { rowsOf } from "../rows.ts";
import {
  BACKUP_FORMAT,
  BACKUP_TABLES,
  type BackupEnd,
  type BackupHeader,
  type BackupRow,
} from "./format.ts";

const BATCH = 500;

/**
 * Writes a backup as lines of JSON: a header, a line for each row, an end with their number. It shows the store as it
 * was at one moment, and holds no more than a few hundred rows at a time; `write` says when it can take more.
 *
 * @returns the number of rows.
 */
export async function exportStore(
  database: Database,
  write: (text: string) => Promise<void>,
): Promise<number> {
  let rows = 0;
  await database.transaction(
    async (transaction) => {
      // Whoever reads the backup may be slow.
      await transaction.execute(sql`SET LOCAL idle_in_transaction_session_timeout = 0`);
      const header: BackupHeader = {
        format: BACKUP_FORMAT,
        migration: migrations.at(-1)?.id ?? "",
        at: new Date().toISOString(),
      };
      await write(`${JSON.stringify(header)}\n`);
      for (const table of BACKUP_TABLES) {
        const name = sql.identifier(table);
        await transaction.execute(
          sql`DECLARE backup NO SCROLL CURSOR FOR SELECT to_jsonb(one) AS row FROM ${name} one`,
        );
        for (;;) {
          const batch = rowsOf<Omit<BackupRow, "table">>(
            await transaction.execute(sql.raw(`FETCH ${BATCH} FROM backup`)),
          );
          rows += batch.length;
          const lines = batch.map(({ row }) => `${JSON.stringify({ table, row })}\n`);
          if (batch.length > 0) await write(lines.join(""));
          if (batch.length < BATCH) break;
        }
        await transaction.execute(sql`CLOSE backup`);
      }
      const end: BackupEnd = { end: true, rows };
      await write(`${JSON.stringify(end)}\n`);
    },
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
  return rows;
}
