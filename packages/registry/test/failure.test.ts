import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { describeFailure, failureLine } from "../src/failure.ts";
import { buildApp } from "../src/server/app.ts";
import { sql } from "../src/storage/drizzle.ts";
import { openMemoryStore } from "./support/shared-store.ts";
import { startTestRegistry } from "./support/test-registry.ts";

describe("a query that fails", () => {
  it("is told without its values, with the reason", async () => {
    await using storage = await openMemoryStore();
    const failing = storage.database.execute(sql`SELECT ${"s3cret"} FROM missing_table`);
    const error = await failing.catch((thrown) => thrown);
    const failure = describeFailure(error);
    expect(failure).toMatchObject({
      message: expect.stringContaining("missing_table"),
      cause: { code: "42P01" },
    });
    expect(JSON.stringify(failure)).not.toContain("s3cret");
    expect(failureLine(error)).toContain("missing_table");
    expect(failureLine(error)).not.toContain("s3cret");
  });

  it("is answered with 503 where it waited for others too long: clients try again", async () => {
    await using storage = await openMemoryStore();
    const { client } = await startTestRegistry({}, storage);
    // As PostgreSQL says it, without the half minute that it takes.
    await storage.database.execute(sql`CREATE FUNCTION take_too_long() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      RAISE EXCEPTION 'canceling statement due to statement timeout' USING ERRCODE = '57014';
    END $$`);
    await storage.database.execute(
      sql`CREATE TRIGGER slow BEFORE INSERT ON buckets EXECUTE FUNCTION take_too_long()`,
    );
    const answer = await client.call("PUT", "/buckets", { name: "slow" });
    expect(answer).toMatchObject({ status: 503, body: { code: 14 } });
  });

  it("is answered with a number to look it up in the log by, and nothing else", async () => {
    const storage = await openMemoryStore();
    const log = new PassThrough();
    const app = await buildApp(storage, { log });
    await storage.database.execute(sql`DROP TABLE principals CASCADE`);
    const answer = await app.inject({
      method: "POST",
      url: "/oauth2/token",
      payload: { grant_type: "client_credentials", client_id: "s3cret-id", client_secret: "x" },
    });
    await app.close();
    await storage.close();
    const logged = String(log.read());
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toMatchObject({ code: 13, details: [] });
    const [, id = "none"] = /under the request (\w+)/.exec(answer.json().message) ?? [];
    expect(logged).toContain(id);
    expect(logged).toContain("principals");
    expect(logged + answer.body).not.toContain("s3cret");
  });
});
