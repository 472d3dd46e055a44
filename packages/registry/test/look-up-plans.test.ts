import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { fillRegistry } from "../bench/fill.ts";
import { rowsOf } from "../src/storage/rows.ts";
import { openMemoryStore } from "./support/shared-store.ts";
import { startTestRegistry } from "./support/test-registry.ts";

// A store of its own: what PostgreSQL plans depends on how much is in it.
const storage = await openMemoryStore();
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

/** The tables that were read from end to end since the last call, and how often. */
async function tablesRead(): Promise<Record<string, number>> {
  await database.execute(sql`SELECT pg_stat_force_next_flush()`);
  const result = await database.execute(
    sql`SELECT relname, seq_scan FROM pg_stat_user_tables WHERE seq_scan > 0`,
  );
  const counts = rowsOf<{ relname: string; seq_scan: number }>(result);
  await database.execute(sql`SELECT pg_stat_reset()`);
  return Object.fromEntries(counts.map(({ relname, seq_scan }) => [relname, Number(seq_scan)]));
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
    [
      "the makers of an image",
      "/_search/external_artifact",
      { external_identifier: "image-3-50-1-3" },
    ],
  ])("%s are found without reading a table from end to end", async (_, path, body?: object) => {
    await tablesRead();
    await client.ok(body === undefined ? "GET" : "POST", path, body);
    const large = ["versions", "builds", "artifacts"];
    expect(Object.keys(await tablesRead()).filter((table) => large.includes(table))).toEqual([]);
  });

  it("such reading is noticed", async () => {
    await tablesRead();
    await database.execute(sql`SELECT * FROM artifacts WHERE region = 'region-9'`);
    expect(await tablesRead()).toMatchObject({ artifacts: 1 });
  });
});
