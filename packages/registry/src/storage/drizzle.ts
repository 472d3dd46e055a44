/**
 * What this package uses of Drizzle. Each import by name makes Node parse drizzle-orm's package.json again, of 180 KB: with
 * one in every file that was half of what a start from source took.
 */
export {
  and,
  asc,
  count,
  DrizzleQueryError,
  desc,
  type ExtractTablesWithRelations,
  eq,
  getTableColumns,
  gt,
  inArray,
  is,
  isNotNull,
  isNull,
  lt,
  lte,
  ne,
  not,
  or,
  type Placeholder,
  relations,
  type SQL,
  sql,
} from "drizzle-orm";
export {
  alias,
  bigserial,
  boolean,
  customType,
  getTableConfig,
  integer,
  jsonb,
  type PgColumn,
  type PgDatabase,
  type PgQueryResultHKT,
  PgTable,
  pgTable,
  text,
  timestamp,
} from "drizzle-orm/pg-core";
