import assert from "node:assert/strict";
import { listBuckets, signIn } from "@packerkit/registry-page/api";
import { FakeRegistry, PRINCIPAL } from "../test/fake-registry/server.ts";

const registry = await FakeRegistry.start();

const session = await signIn(registry.origin, PRINCIPAL);
const { buckets, pagination } = await listBuckets(session, { pageSize: 3, order: "name" });

for (const { name, latest_version: latest } of buckets) {
  console.log(`${name}: ${latest?.name ?? "no complete version"}`);
}
// → api-server: v1
// → build-tools: v1
// → new-service: no complete version

assert.equal(buckets.length, 3);
assert.ok(pagination.next_page_token);

await registry.close();
