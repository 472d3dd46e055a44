import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type Json, startTestRegistry } from "./support/test-registry.ts";

const { client } = await startTestRegistry();
const { ok, code } = client;
const names = Array.from({ length: 23 }, (_, index) => `bucket-${String(index).padStart(2, "0")}`);

beforeAll(async () => {
  for (const [index, name] of names.toReversed().entries()) {
    await ok("PUT", "/buckets", { name, description: index % 2 === 0 ? "even" : "odd" });
  }
});

const list = async (query: Record<string, string>): Promise<Json> =>
  await ok("GET", `/buckets?${new URLSearchParams(query)}`);

const namesOf = (page: Json): string[] => page.buckets.map((bucket: Json) => bucket.name);

async function walk(query: Record<string, string>): Promise<string[][]> {
  const pages: string[][] = [];
  for (let token: string | undefined = ""; token !== undefined; ) {
    const page: Json = await list({
      ...query,
      ...(token === "" ? {} : { "pagination.next_page_token": token }),
    });
    pages.push(namesOf(page));
    token = page.pagination.next_page_token;
  }
  return pages;
}

describe("a list in pages", () => {
  it("has every row once, in order, whatever the size and the order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }),
        fc.constantFrom(
          "name",
          "name desc",
          "created_at,name desc",
          "updated_at DESC, name",
          "id",
          "id desc",
        ),
        async (size, order) => {
          const pages = await walk({
            "pagination.page_size": String(size),
            "sorting.order_by": order,
          });
          expect(pages.flat().toSorted()).toEqual(names);
          expect(pages.slice(0, -1).every((page) => page.length === size)).toBe(true);
          if (order === "name") expect(pages.flat()).toEqual(names);
          if (order === "name desc") expect(pages.flat()).toEqual(names.toReversed());
        },
      ),
      { numRuns: 15 },
    );
  });

  it("goes back the way it came", async () => {
    const size = { "pagination.page_size": "10" };
    const first = await list(size);
    expect(first.pagination.previous_page_token).toBeUndefined();
    const token = (name: string, page: Json): Record<string, string> => ({
      ...size,
      [`pagination.${name}`]: page.pagination[name],
    });
    const second = await list(token("next_page_token", first));
    const third = await list(token("next_page_token", second));
    expect(third.pagination.next_page_token).toBeUndefined();
    const backToSecond = await list(token("previous_page_token", third));
    expect(namesOf(backToSecond)).toEqual(namesOf(second));
    const backToFirst = await list(token("previous_page_token", backToSecond));
    expect(namesOf(backToFirst)).toEqual(namesOf(first));
    expect(backToFirst.pagination.previous_page_token).toBeUndefined();
    expect(namesOf(await list(token("next_page_token", backToFirst)))).toEqual(namesOf(second));
  });

  it("shifts nothing when rows come and go between pages", async () => {
    const size = { "pagination.page_size": "10" };
    const first = await list(size);
    await ok("PUT", "/buckets", { name: "bucket-00a" });
    const second = await list({
      ...size,
      "pagination.next_page_token": first.pagination.next_page_token,
    });
    await ok("DELETE", "/buckets/bucket-00a");
    expect(namesOf(second)[0]).toBe(names[10]);
  });

  it("takes 0 for its own size, and refuses what it cannot read", async () => {
    expect(namesOf(await list({ "pagination.page_size": "0" }))).toHaveLength(names.length);
    const first = await list({ "pagination.page_size": "5" });
    const token = first.pagination.next_page_token;
    const queries: Record<string, string>[] = [
      { "pagination.page_size": "-1" },
      { "pagination.page_size": "1000000" },
      { "pagination.page_size": "many" },
      { "sorting.order_by": "secret" },
      { "sorting.order_by": "name; drop table buckets" },
      { "sorting.order_by": "__proto__" },
      { "pagination.next_page_token": "nonsense" },
      { "pagination.previous_page_token": token },
      { "pagination.next_page_token": token, "sorting.order_by": "id" },
      { "pagination.next_page_token": token, "pagination.previous_page_token": token },
    ];
    for (const query of queries) {
      expect(await code("GET", `/buckets?${new URLSearchParams(query)}`)).toBe(3);
    }
  });

  it("refuses a forged token, and never fails for one", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("name", "created_at", "id"),
        fc.jsonValue(),
        async (order, value) => {
          const cursor = { order: order === "id" ? "id" : `${order},id`, values: [value, value] };
          const forged = Buffer.from(JSON.stringify({ ...cursor, backwards: false }));
          const answer = await client.call(
            "GET",
            `/buckets?${new URLSearchParams({
              "sorting.order_by": order,
              "pagination.next_page_token": forged.toString("base64url"),
            })}`,
          );
          expect(answer.status).toBeLessThan(500);
        },
      ),
      { numRuns: 60 },
    );
  });
});
