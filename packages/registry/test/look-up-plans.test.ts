import { beforeAll, describe, expect, it } from "vitest";
import { fillRegistry } from "../bench/fill.ts";
import { sweep } from "../src/server/sweep.ts";
import { sql } from "../src/storage/drizzle.ts";
import { rowsOf } from "../src/storage/rows.ts";
import { publish } from "./support/publish.ts";
import { openOwnStore } from "./support/shared-store.ts";
import { startTestRegistry } from "./support/test-registry.ts";

// A store of its own: what PostgreSQL plans depends on how much is in it.
const storage = await openOwnStore("packerkit_test_plans", 2);
const { client, project } = await startTestRegistry({}, storage);
const { database } = storage;

beforeAll(async () => {
  await client.ok("GET", "/registry"); // makes the project's registry
  await fillRegistry(async (statement) => await database.execute(sql.raw(statement)), {
    projectId: project.projectId,
    artifacts: 20_000,
    // With a thousand, reading the small table from end to end would be right.
    fanOut: 60,
  });
});

interface Reading {
  /** The tables that grow with every publish and were read from end to end. */
  whole: string[];
  /** Pages that were looked at, of these tables and their indexes; a page of an index that was read twice counts twice. */
  pages: number;
}

/** What was read since the last call. */
async function reading(): Promise<Reading> {
  const flush = sql`SELECT pg_stat_force_next_flush()`;
  await database.execute(flush);
  // A PostgreSQL server has one connection for reading, and one for this; each tells what it has read.
  await database.transaction(async (transaction) => await transaction.execute(flush));
  const result = await database.execute(sql`
    SELECT relname, seq_scan, heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit AS pages
    FROM pg_stat_user_tables JOIN pg_statio_user_tables USING (relid, relname)
    WHERE relname IN ('versions', 'builds', 'artifacts')`);
  const tables = rowsOf<{ relname: string; seq_scan: number; pages: number }>(result);
  await database.execute(sql`SELECT pg_stat_reset()`);
  return {
    whole: tables.filter(({ seq_scan }) => Number(seq_scan) > 0).map(({ relname }) => relname),
    pages: tables.reduce((sum, { pages }) => sum + Number(pages), 0),
  };
}

describe("in a registry with 20,000 artifacts and 50 generations", () => {
  it.each([
    ["the artifact of a channel", "/buckets/fill-3/channels/latest"],
    [
      "a version by its fingerprint",
      `/buckets/fill-3/versions/print-VR${String(3001).padStart(24, "0")}`,
    ],
    ["the versions of a bucket", "/buckets/fill-3/versions?pagination.page_size=20"],
    ["the parents of the youngest", "/buckets/line-50/ancestry?type=ANCESTRY_TYPE_PARENTS"],
    [
      "the children of the most fertile",
      "/buckets/fan-0/ancestry?type=ANCESTRY_TYPE_CHILDREN&pagination.page_size=50",
    ],
    ["what was built on an image", "/ancestry?source_external_identifier=fan-source-1"],
    [
      "the makers of an image",
      "/_search/external_artifact",
      { external_identifier: "image-3-50-1-3" },
    ],
  ])("%s are found by looking at few pages", async (_, path, body?: object) => {
    const lookUp = async () => await client.ok(body === undefined ? "GET" : "POST", path, body);
    await lookUp(); // a statement is prepared
    await reading();
    await lookUp();
    const { whole, pages } = await reading();
    expect(whole).toEqual([]);
    expect(pages).toBeLessThan(1_000);
  });

  it("the second page of a bucket's versions is found by looking at few pages", async () => {
    const list = "/buckets/fill-3/versions?pagination.page_size=20";
    const { pagination } = await client.ok("GET", list);
    const second = `${list}&pagination.next_page_token=${pagination.next_page_token}`;
    await client.ok("GET", second);
    await reading();
    expect((await client.ok("GET", second)).versions).toHaveLength(20);
    const { whole, pages } = await reading();
    expect(whole).toEqual([]);
    expect(pages).toBeLessThan(1_000);
  });

  it("a sweep that finds nothing looks at few pages", async () => {
    await sweep(database, new Date(), 60_000);
    await reading();
    expect(await sweep(database, new Date(), 60_000)).toMatchObject({ cancelledBuilds: 0 });
    const { whole, pages } = await reading();
    expect(whole).toEqual([]);
    expect(pages).toBeLessThan(50);
  });

  it("a publish looks at few pages, though all others stand on one vendor's image", async () => {
    await database.execute(sql`UPDATE builds SET source_external_identifier = 'vendor-image'`);
    await database.execute(sql`ANALYZE builds`);
    await publish(client, {
      bucket: "like-others",
      build: { source_external_identifier: "vendor-image" },
    });
    await reading();
    await publish(client, {
      bucket: "like-others",
      build: { source_external_identifier: "vendor-image" },
    });
    const { whole, pages } = await reading();
    expect(whole).toEqual([]);
    expect(pages).toBeLessThan(250);
  });

  it("such reading is noticed", async () => {
    await reading();
    await database.execute(sql`SELECT * FROM artifacts WHERE created_at < '1970-01-01'`);
    const { whole, pages } = await reading();
    expect(whole).toEqual(["artifacts"]);
    expect(pages).toBeGreaterThan(200);
  });

  it("a version is found by its own name, though most buckets have but one", async () => {
    await database.execute(sql`DELETE FROM versions WHERE number BETWEEN 2 AND 100`);
    await database.execute(sql`ANALYZE versions`);
    await publish(client, { bucket: "busy", fingerprint: "one" });
    await database.execute(sql`
      INSERT INTO versions SELECT (jsonb_populate_record(versions, jsonb_build_object(
        'id', 'busy-' || n, 'fingerprint', 'busy-' || n, 'number', n + 1))).*
      FROM versions CROSS JOIN generate_series(1, 2000) AS n WHERE fingerprint = 'one'`);
    const find = async () => await client.ok("GET", "/buckets/busy/versions/busy-7/builds");
    await find();
    await reading();
    await find();
    expect((await reading()).pages).toBeLessThan(20);
  });
});
