import { z } from "zod";
import { RegistryError } from "../../errors.ts";
import { failureLine } from "../../failure.ts";
import { noteBucketChildren } from "../bucket-children.ts";
import type { Database } from "../database.ts";
import { sql } from "../drizzle.ts";
import { migrations } from "../migrations/index.ts";
import { rowsOf } from "../rows.ts";
import { BACKUP_FORMAT, BACKUP_TABLES, type BackupTable } from "./format.ts";

const BATCH = 500;

const header = z.object({ format: z.literal(BACKUP_FORMAT), migration: z.string() });
const line = z.union([
  z.object({ table: z.enum(BACKUP_TABLES), row: z.record(z.string(), z.unknown()) }),
  z.object({ end: z.literal(true), rows: z.int() }),
]);

/**
 * Restores a backup into an empty store, all of it or nothing.
 *
 * @returns the number of rows.
 * @throws {RegistryError} `ALREADY_EXISTS` where the store has projects; `BAD_BACKUP` for lines that are none of a
 * backup, that the store refuses, or that end too early; `STORE_TOO_NEW` for the backup of a later version.
 */
export async function importStore(
  database: Database,
  lines: AsyncIterable<string>,
): Promise<number> {
  return await database.transaction(async (transaction) => {
    await requireEmpty(transaction);
    let count = 0;
    let number = 0;
    let end: number | undefined;
    let batch: { table: BackupTable; rows: Record<string, unknown>[] } | undefined;
    const flush = async () => {
      if (batch === undefined) return;
      await insert(transaction, batch.table, batch.rows, number);
      batch = undefined;
    };
    for await (const text of lines) {
      number += 1;
      if (text.trim() === "") continue;
      if (number === 1) {
        requireKnown(parse(header, text, number).migration);
        continue;
      }
      const entry = parse(line, text, number);
      if (end !== undefined) throw bad(number, "comes after the end");
      if ("end" in entry) {
        end = entry.rows;
        continue;
      }
      if (batch?.table !== entry.table || batch.rows.length === BATCH) await flush();
      batch ??= { table: entry.table, rows: [] };
      batch.rows.push(entry.row);
      count += 1;
    }
    await flush();
    await continueSequence(transaction);
    await noteBucketChildren(transaction, sql`true`);
    if (end === count) return count;
    const found = end === undefined ? "no last line" : `${end} rows announced`;
    throw bad(number, `is the last, with ${found} and ${count} rows read: the backup is cut short`);
  });
}

/** What happens after the restore comes after what was restored. */
async function continueSequence(database: Database): Promise<void> {
  await database.execute(sql`
    SELECT setval(pg_get_serial_sequence('channel_assignments', 'sequence'),
      (SELECT coalesce(max(sequence), 0) + 1 FROM channel_assignments), false)`);
}

async function requireEmpty(database: Database): Promise<void> {
  const [found] = rowsOf(await database.execute(sql`SELECT 1 FROM organizations LIMIT 1`));
  if (found === undefined) return;
  throw new RegistryError(
    "ALREADY_EXISTS",
    "the store is not empty, and a backup is restored into an empty one only: name another folder or database",
  );
}

function requireKnown(migration: string): void {
  if (migrations.some((one) => one.id === migration)) return;
  throw new RegistryError(
    "STORE_TOO_NEW",
    `the backup is of a later version (its store has the migration ${JSON.stringify(migration)}): restore it with that version`,
  );
}

function parse<T extends z.ZodType>(schema: T, text: string, number: number): z.output<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw bad(number, "is no JSON", cause);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw bad(number, "is no line of a backup of the registry", parsed.error);
}

async function insert(
  database: Database,
  table: BackupTable,
  rows: readonly Record<string, unknown>[],
  number: number,
): Promise<void> {
  const name = sql.identifier(table);
  try {
    await database.execute(sql`
      INSERT INTO ${name}
      SELECT * FROM jsonb_populate_recordset(NULL::${name}, ${JSON.stringify(rows)}::jsonb)`);
  } catch (error) {
    throw bad(
      number,
      `or one shortly before it is refused by the store: ${failureLine(error)}`,
      error,
    );
  }
}

function bad(number: number, problem: string, cause?: unknown): RegistryError {
  return new RegistryError("BAD_BACKUP", `line ${number} of the backup ${problem}`, { cause });
}
