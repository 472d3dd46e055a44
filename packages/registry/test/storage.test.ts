import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createProject, listProjects } from "../src/principals/projects.ts";
import { exportStore } from "../src/storage/backup/export.ts";
import { importStore } from "../src/storage/backup/import.ts";
import type { Database } from "../src/storage/database.ts";
import { getTableConfig, is, PgTable, sql } from "../src/storage/drizzle.ts";
import { migrate } from "../src/storage/migrate.ts";
import { migrations } from "../src/storage/migrations/index.ts";
import { openStorage } from "../src/storage/open.ts";
import { rowsOf } from "../src/storage/rows.ts";
import * as schema from "../src/storage/schema/index.ts";
import { publish } from "./support/publish.ts";
import { newFolder, newStoreFolder, openMemoryStore, sharedStore } from "./support/shared-store.ts";
import { startTestRegistry } from "./support/test-registry.ts";

const { client, database } = await startTestRegistry();

describe("the store's layout", () => {
  it("has the columns that the queries are written for", async () => {
    const result = await database.execute(sql`
      SELECT table_name, column_name, is_nullable FROM information_schema.columns
      WHERE table_schema = 'public' AND table_name <> 'schema_migrations'
      ORDER BY table_name, column_name`);
    const real = rowsOf<Record<string, string>>(result).map(
      (row) => `${row["table_name"]}.${row["column_name"]} ${row["is_nullable"]}`,
    );
    const written = Object.values(schema)
      .filter((table) => is(table, PgTable))
      .flatMap((table) => {
        const { name, columns } = getTableConfig(table);
        return columns.map((column) => `${name}.${column.name} ${column.notNull ? "NO" : "YES"}`);
      });
    expect(real.toSorted()).toEqual(written.toSorted());
  });

  it("is made once, and never by a version that is older than it", async () => {
    expect(await migrate(database)).toEqual([]);
    await using other = await openMemoryStore();
    await other.database.execute(
      sql`INSERT INTO schema_migrations (id, applied_at) VALUES ('9999-future', now())`,
    );
    await expect(migrate(other.database)).rejects.toMatchObject({
      code: "STORE_TOO_NEW",
      message: expect.stringContaining("9999-future"),
    });
  });

  it("is kept up by its server where no PostgreSQL server does it", async () => {
    await using store = await openMemoryStore();
    const { database: own } = store;
    const known = async () => {
      await own.execute(sql`SELECT pg_stat_force_next_flush()`);
      const result = await own.execute(sql`
        SELECT reltuples::int AS rows, n_dead_tup::int AS dead
        FROM pg_class JOIN pg_stat_user_tables ON relid = pg_class.oid
        WHERE pg_class.relname = 'organizations'`);
      return rowsOf<{ rows: number; dead: number }>(result)[0];
    };
    await own.execute(sql`
      INSERT INTO organizations SELECT n, 'one', now() FROM generate_series(1, 500) AS n`);
    await own.execute(sql`DELETE FROM organizations WHERE id > '2'`);
    expect((await known())?.dead).toBeGreaterThan(300);
    await store.maintain();
    expect(await known()).toEqual({ rows: 112, dead: 0 });
  });

  it("finds what the data sources and the ancestry ask for by an index", async () => {
    const plan = async (query: ReturnType<typeof sql>): Promise<string> => {
      const result = await database.transaction(async (transaction) => {
        await transaction.execute(sql`SET LOCAL enable_seqscan = off`);
        return await transaction.execute(sql`EXPLAIN ${query}`);
      });
      return rowsOf<Record<string, string>>(result)
        .map((row) => row["QUERY PLAN"])
        .join("\n");
    };
    for (const [query, index] of [
      [sql`SELECT * FROM channels WHERE bucket_id = 'b' AND name = 'n'`, "channels_bucket_id_name"],
      [sql`SELECT * FROM builds WHERE version_id = 'v'`, "builds_version_id_component_type"],
      [sql`SELECT * FROM artifacts WHERE build_id = 'b' AND region = 'r'`, "artifacts_build_id"],
      [
        sql`SELECT * FROM artifacts WHERE project_id = 'p' AND external_identifier = 'e'`,
        "artifacts_external",
      ],
      [
        sql`SELECT * FROM builds WHERE project_id = 'p' AND source_external_identifier = 's'
          AND source_external_identifier <> ''`,
        "builds_source",
      ],
      [sql`SELECT * FROM builds WHERE parent_version_id = 'v'`, "builds_parent_version"],
    ] as const) {
      expect(await plan(query)).toContain(index);
    }
  });
});

describe("a folder", () => {
  it("is opened by one process at a time, and kept private", async () => {
    const folder = await newStoreFolder();
    const storage = await openStorage({ folder });
    await expect(openStorage({ folder })).rejects.toMatchObject({
      code: "STORE_IN_USE",
      message: expect.stringContaining(String(process.pid)),
    });
    await createProject(storage.database, { name: "kept" });
    expect((await stat(join(folder, "server.lock"))).mode & 0o777).toBe(0o600);
    await storage.close();
    await using again = await openStorage({ folder });
    expect(await listProjects(again.database)).toMatchObject([{ name: "kept" }]);
  });

  it("is made anew after a first start that was killed half-way", async () => {
    const folder = await newFolder();
    await mkdir(join(folder, "data.draft"));
    await writeFile(join(folder, "data.draft/PG_VERSION"), "half of it");
    await using storage = await openStorage({ folder });
    expect(await listProjects(storage.database)).toEqual([]);
    await expect(stat(join(folder, "data.draft"))).rejects.toMatchObject({ code: "ENOENT" });
    expect((await stat(join(folder, "data"))).mode & 0o777).toBe(0o700);
  });
});

describe("a store that cannot be opened", () => {
  it("says so", async () => {
    await expect(
      openStorage({ databaseUrl: "postgres://nobody@127.0.0.1:1/none" }),
    ).rejects.toMatchObject({
      code: "STORE_FAILED",
      message: expect.stringContaining("DATABASE_URL"),
    });
  });
});

describe("a backup", () => {
  const exported = async (from: Database) => {
    const lines: string[] = [];
    const rows = await exportStore(from, async (text) => {
      lines.push(...text.split("\n").filter((line) => line !== ""));
    });
    return { rows, lines };
  };

  async function* from(lines: readonly string[]) {
    yield* lines;
  }

  it("restores everything but the signing key", async () => {
    const parent = await publish(client, {
      bucket: "backed-up",
      fingerprint: "fp",
      build: { labels: { team: "web" }, metadata: { packer: { version: "1.16.0" } } },
    });
    await client.ok("PATCH", "/buckets/backed-up/versions/fp", { revoke_in: "30d" });
    await publish(client, { bucket: "stands-on-it", build: { parent_version_id: parent.id } });
    const { rows, lines } = await exported((await sharedStore()).database);
    expect(lines).toHaveLength(rows + 2);
    expect(lines.join("\n")).not.toContain("signing_keys");
    await using target = await openMemoryStore();
    expect(await importStore(target.database, from(lines))).toBe(rows);
    const again = await exported(target.database);
    const families = sql`SELECT parent.name FROM bucket_children
      JOIN buckets parent ON parent.id = parent_bucket_id JOIN buckets child ON child.id = child_bucket_id
      WHERE child.name = 'stands-on-it'`;
    expect(rowsOf(await target.database.execute(families))).toEqual([{ name: "backed-up" }]);
    const next = sql`SELECT nextval(pg_get_serial_sequence('channel_assignments', 'sequence')) >
      (SELECT max(sequence) FROM channel_assignments) AS later`;
    expect(rowsOf(await target.database.execute(next))).toEqual([{ later: true }]);
    expect(again.lines.slice(1).toSorted()).toEqual(lines.slice(1).toSorted());
    await expect(importStore(target.database, from(lines))).rejects.toMatchObject({
      code: "ALREADY_EXISTS",
    });
  });

  it("shows one moment, whatever is published before it is written", async () => {
    const storage = await sharedStore();
    const lines: string[] = [];
    let published: Promise<unknown> | undefined;
    await exportStore(storage.database, async (text) => {
      lines.push(text);
      const isUnderWay = lines.length > 1;
      if (isUnderWay) published ??= publish(client, { bucket: "meanwhile" });
      // A store that is not shared answers nothing else until the backup is written.
      if (storage.shared) await published;
    });
    await published;
    expect(published).toBeDefined();
    expect(lines.join("")).not.toContain("meanwhile");
  });

  it("is restored as a whole or not at all", async () => {
    const { lines } = await exported(database);
    const row = { table: "buckets", row: { id: "x", project_id: "none", name: "orphan" } };
    await using target = await openMemoryStore();
    for (const [broken, problem] of [
      [lines.slice(0, -1), "cut short"],
      [[...lines.slice(0, -2), lines.at(-1) ?? ""], "cut short"],
      [[], "cut short"],
      [["{}", ...lines.slice(1)], "line 1"],
      [[...lines.slice(0, 3), "nonsense", ...lines.slice(3)], "line 4 of the backup is no JSON"],
      [[lines[0] ?? "", '{"table":"pg_user","row":{}}'], "no line of a backup"],
      [[lines[0] ?? "", JSON.stringify(row), '{"end":true,"rows":1}'], "refused by the store"],
      [[...lines, lines[1] ?? ""], "comes after the end"],
    ] as const) {
      await expect(importStore(target.database, from(broken))).rejects.toMatchObject({
        code: "BAD_BACKUP",
        message: expect.stringContaining(problem),
      });
    }
    const header = { format: "packerkit-registry", migration: "9999-future" };
    await expect(
      importStore(target.database, from([JSON.stringify(header)])),
    ).rejects.toMatchObject({ code: "STORE_TOO_NEW" });
    expect(await listProjects(target.database)).toEqual([]);
    expect(migrations.at(-1)?.id).toBe("0004-bucket-children");
  });
});
