import { LIMITS, type Pagination } from "../api/index.ts";
import type { Database } from "../storage/database.ts";
import {
  and,
  asc,
  desc,
  eq,
  gt,
  lt,
  or,
  type PgColumn,
  type Placeholder,
  type SQL,
  sql,
} from "../storage/drizzle.ts";
import { placeholderFor, preparedOn } from "../storage/prepared.ts";
import { invalid } from "./grpc-error.ts";

type Key = string | number | Date;

/** A field that a list can be sorted by. */
export interface SortField<Row> {
  column: PgColumn;
  of(row: Row): Key;
}

/** How a list is cut into pages. */
export interface PageRules<Row> {
  /** By the names that `sorting.order_by` uses. */
  fields: Record<string, SortField<Row>>;
  /** Such as `name` or `created_at desc`. */
  defaultOrder: string;
  /** A field of `fields` in which no two rows are alike. */
  unique: string;
}

/** The query parameters of a list, as validated. */
export interface PageQuery {
  "pagination.page_size"?: number | undefined;
  "pagination.next_page_token"?: string | undefined;
  "pagination.previous_page_token"?: string | undefined;
  "sorting.order_by"?: string | string[] | undefined;
}

/** What to add to a prepared query for one page, and what to make of its rows. */
export interface Page<Row> {
  /** Tells queries apart that differ in `where` or `orderBy`. */
  name: string;
  where: SQL | undefined;
  orderBy: SQL[];
  limit: Placeholder;
  /** What to run the query with, besides values of its own. */
  values: Record<string, unknown>;
  finish<Found extends Row>(rows: readonly Found[]): { rows: Found[]; pagination: Pagination };
}

interface Order {
  name: string;
  descending: boolean;
}

interface Cursor {
  /** The order that the values belong to. */
  order: string;
  values: Key[];
  backwards: boolean;
}

/**
 * The page that a query asks for. Rows are found by the values that the last page ended with, so that a page costs the
 * same however far in it is, and rows that come or go meanwhile shift nothing.
 *
 * @throws {GrpcError} 3 for an unknown field, a token that is not ours or of another order, or both tokens at once.
 */
export function pageOf<Row>(query: PageQuery, rules: PageRules<Row>): Page<Row> {
  const size = query["pagination.page_size"] || LIMITS.defaultPageSize;
  const orders = ordersOf(query["sorting.order_by"], rules);
  const cursor = cursorOf(query, orders, rules);
  const backwards = cursor?.backwards ?? false;
  const columns = orders.map(({ name, descending }) => ({
    column: fieldOf(rules, name).column,
    descending: descending !== backwards,
  }));
  const place = cursor === undefined ? "start" : backwards ? "before" : "after";
  return {
    name: `${textOf(orders)} from ${place}`,
    where: cursor === undefined ? undefined : beyond(columns),
    orderBy: columns.map(({ column, descending }) => (descending ? desc(column) : asc(column))),
    limit: sql.placeholder("limit"),
    values: {
      // One more than the page holds: whether it comes tells whether there is another page.
      limit: size + 1,
      ...Object.fromEntries(cursor?.values.map((value, place) => [lastOf(place), value]) ?? []),
    },
    finish: (found) => {
      const more = found.length > size;
      const rows = found.slice(0, size);
      if (backwards) rows.reverse();
      const token = (row: Row | undefined, towardsStart: boolean) =>
        row === undefined ? undefined : encode(orders, rules, row, towardsStart);
      const next = backwards || more ? token(rows.at(-1), false) : undefined;
      const isLater = cursor !== undefined && !backwards;
      const previous = isLater || (backwards && more) ? token(rows[0], true) : undefined;
      return {
        rows,
        pagination: {
          ...(next === undefined ? {} : { next_page_token: next }),
          ...(previous === undefined ? {} : { previous_page_token: previous }),
        },
      };
    },
  };
}

/**
 * Reads a page by a query that is built once for each order.
 *
 * @param list Tells lists apart.
 * @param values What the query is run with, besides the page's own.
 */
export async function readPage<Row, Found extends Row>(
  page: Page<Row>,
  database: Database,
  list: string,
  values: Record<string, unknown>,
  prepare: (name: string) => { execute(values: Record<string, unknown>): Promise<Found[]> },
): Promise<{ rows: Found[]; pagination: Pagination }> {
  const query = preparedOn(database, `${list} ${page.name}`, prepare);
  return page.finish(await query.execute({ ...values, ...page.values }));
}

function ordersOf<Row>(orderBy: string | string[] | undefined, rules: PageRules<Row>): Order[] {
  const parts = [orderBy ?? []]
    .flat()
    .flatMap((text) => text.split(","))
    .map((text) => text.trim())
    .filter((text) => text !== "");
  const asked = parts.length === 0 ? rules.defaultOrder.split(",") : parts;
  const orders = asked.map((text): Order => {
    const [, name = "", direction = "asc"] = /^(\w+)(?: +(asc|desc))?$/i.exec(text.trim()) ?? [];
    if (!Object.hasOwn(rules.fields, name)) {
      const names = Object.keys(rules.fields).join(", ");
      throw invalid(
        `sorting.order_by ${JSON.stringify(text)} will not do: use ${names}, each with " asc" or " desc"`,
      );
    }
    return { name, descending: direction.toLowerCase() === "desc" };
  });
  const distinct = orders.filter(
    (order, index) => orders.findIndex(({ name }) => name === order.name) === index,
  );
  if (distinct.some((order) => order.name === rules.unique)) return distinct;
  return [...distinct, { name: rules.unique, descending: distinct.at(-1)?.descending ?? false }];
}

function fieldOf<Row>(rules: PageRules<Row>, name: string): SortField<Row> {
  return rules.fields[name] as SortField<Row>;
}

/** The rows behind those that the last page ended with, in the order of `columns`. */
function beyond(columns: readonly { column: PgColumn; descending: boolean }[]): SQL | undefined {
  const last = columns.map(({ column }, place) => placeholderFor(column, lastOf(place)));
  const alternatives = columns.map(({ column, descending }, index) => {
    const alike = columns.slice(0, index).map((one, place) => eq(one.column, last[place]));
    return and(...alike, (descending ? lt : gt)(column, last[index]));
  });
  return or(...alternatives);
}

/** The name of the value that the last page ended with in a column. */
function lastOf(place: number): string {
  return `last_${place + 1}`;
}

function textOf(orders: readonly Order[]): string {
  return orders.map(({ name, descending }) => (descending ? `${name} desc` : name)).join(",");
}

function encode<Row>(
  orders: readonly Order[],
  rules: PageRules<Row>,
  row: Row,
  backwards: boolean,
): string {
  const values = orders.map(({ name }) => fieldOf(rules, name).of(row));
  const cursor: Cursor = { order: textOf(orders), values, backwards };
  return Buffer.from(JSON.stringify(cursor)).toString("base64url");
}

function cursorOf<Row>(
  query: PageQuery,
  orders: readonly Order[],
  rules: PageRules<Row>,
): Cursor | undefined {
  const next = query["pagination.next_page_token"];
  const previous = query["pagination.previous_page_token"];
  if (next && previous) throw invalid("send next_page_token or previous_page_token, not both");
  const token = next || previous;
  if (!token) return undefined;
  const cursor = decode(token);
  if (cursor === undefined || cursor.backwards !== Boolean(previous)) {
    throw invalid("the page token is none that this list gave: start without one");
  }
  if (cursor.order !== textOf(orders) || cursor.values.length !== orders.length) {
    throw invalid("the page token belongs to another sorting.order_by: start without it");
  }
  return { ...cursor, values: orders.map(({ name }, i) => revive(rules, name, cursor.values[i])) };
}

function decode(token: string): Cursor | undefined {
  try {
    const { order, values, backwards } = JSON.parse(Buffer.from(token, "base64url").toString());
    if (typeof order !== "string" || typeof backwards !== "boolean") return undefined;
    return Array.isArray(values) ? { order, values, backwards } : undefined;
  } catch {
    return undefined;
  }
}

/** A token's value as its column takes it; whoever forges one gets no further than this. */
function revive<Row>(rules: PageRules<Row>, name: string, value: unknown): Key {
  const { dataType, columnType } = fieldOf(rules, name).column;
  if (dataType === "date" && typeof value === "string") {
    const time = new Date(value);
    if (time.getFullYear() >= 1970 && time.getFullYear() < 10_000) return time;
  }
  if (dataType === "number" && isIntegerOf(columnType, value)) {
    return Number(value);
  }
  if (dataType === "string" && typeof value === "string" && !value.includes("\0")) return value;
  throw invalid("the page token is none that this list gave: start without one");
}

/** A value that PostgreSQL takes for the column, which for most of ours has 32 bits. */
function isIntegerOf(columnType: string, value: unknown): boolean {
  if (!Number.isSafeInteger(value)) return false;
  return columnType.startsWith("PgBig") || Math.abs(Number(value)) < 2 ** 31;
}
