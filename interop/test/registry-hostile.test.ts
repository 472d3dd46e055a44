import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  isCallOf,
  type Operation,
  operationsOf,
  requestOf,
} from "../fixtures/registry/hostile-request.ts";
import { TestStores } from "../fixtures/registry/stores.ts";
import { type RegistryApi, signIn, tokenOf } from "../src/registry-api.ts";
import {
  createPrincipal,
  type RegistryEnvironment,
  type RegistryServer,
  startRegistryServer,
} from "../src/registry-server.ts";
import { fuzz } from "../src/schemathesis.ts";

/** In every text of the other project: none of the answers may hold it. */
const CANARY = "canary-of-the-other-project";
const GENERATED = 10_000;
const CONCURRENCY = 8;
const REFILL_EVERY = 50;
/** What leaves nothing to ask about, and is asked last. */
const REMOVING = ["DeleteRegistry", "UpdateRegistry", "DeleteBucket"];

const stores = new TestStores();
let server: RegistryServer;
let ours: RegistryEnvironment;
let theirs: RegistryEnvironment;
let token: string;
let operations: Operation[];

beforeAll(async () => {
  const store = await stores.create("PostgreSQL");
  server = await startRegistryServer(store, undefined, ["--rate-limit", "1000000"]);
  ours = await createPrincipal(store, server, { role: "admin", project: "ours" });
  theirs = await createPrincipal(store, server, { role: "admin", project: "theirs" });
  await fill(await signIn(server.url, ours), "of-ours");
  await fill(await signIn(server.url, theirs), CANARY);
  token = await tokenOf(server.url, ours);
  operations = operationsOf(await (await fetch(`${server.url}/openapi.json`)).json());
});
afterAll(async () => {
  await server?.stop();
  await stores.remove();
});

/**
 * A version in a bucket, with names that both projects use, and texts that only one does. What is there already stays: a
 * hostile request may have removed it, or everything.
 */
async function fill(api: RegistryApi, words: string): Promise<void> {
  await api.call("PUT", "/registry", { feature_tier: "PLUS" });
  await api.call("PATCH", "/registry", { update_mask: "activated", activated: true });
  await api.call("PUT", "/buckets", { name: "web", description: words, labels: { words } });
  await api.call("POST", "/buckets/web/versions", { fingerprint: "one" });
  await api.call("POST", "/buckets/web/versions/one/builds", {
    component_type: "test.a",
    status: "BUILD_DONE",
    platform: "test",
    labels: { words },
    artifacts: [{ external_identifier: "img-shared", region: words }],
  });
  await api.call("POST", "/buckets/web/channels", {
    name: "production",
    version_fingerprint: "one",
  });
  await api.call("PUT", "/enforced_blocks", { name: "block", block_content: words });
}

/** Path parameters: of our project, so that requests reach what is behind the first check. */
const parameters = ({ HCP_ORGANIZATION_ID, HCP_PROJECT_ID }: RegistryEnvironment) => ({
  organization_id: HCP_ORGANIZATION_ID ?? "",
  project_id: HCP_PROJECT_ID ?? "",
  bucket_name: "web",
  fingerprint: "one",
  channel_name: "production",
});

/** The projects' own ids are in what was sent, and may come back. */
function expectNoLeak(answer: string, what: string): void {
  expect(answer.includes(CANARY), `${what} answered with another project's rows`).toBe(false);
}

function counted(statuses: ReadonlyMap<number, number>): string {
  return [...statuses]
    .toSorted()
    .map(([status, count]) => `${status}: ${count}`)
    .join(", ");
}

describe("hostile requests to a registry", () => {
  it("by schemathesis are answered, never with 5xx and never with another project's rows", async () => {
    const known = parameters(ours);
    const others = await signIn(server.url, theirs);
    const before = await others.ok("GET", "/buckets/web");
    const document = `${server.url}/openapi.json`;
    const options = { document, token, parameters: known, examples: 10, seed: 1 };
    const exchanges = await fuzz({ ...options, without: REMOVING });
    await fill(await signIn(server.url, ours), "of-ours");
    exchanges.push(...(await fuzz({ ...options, only: REMOVING })));

    const statuses = new Map<number, number>();
    for (const { method, url, status, contentType, answer } of exchanges) {
      const what = `${method} ${url}`;
      expect(status, `${what}: ${answer}`).toBeGreaterThanOrEqual(200);
      expect(status, `${what}: ${answer}`).toBeLessThan(500);
      expect(contentType, what).toMatch(/^application\/json/);
      expectNoLeak(answer, what);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    const uncalled = operations.filter(
      (operation) => !exchanges.some((exchange) => isCallOf(operation, exchange)),
    );
    expect(uncalled.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
    expect(exchanges.length).toBeGreaterThan(1500);
    expect(await others.ok("GET", "/buckets/web")).toEqual(before);
    console.log(
      `schemathesis: ${exchanges.length} requests to ${operations.length} operations (${counted(statuses)}), 0 of 5xx, 0 leaks`,
    );
  });

  it("by our own generator are answered, never with 5xx and never with another project's rows", async () => {
    const known = parameters(ours);
    const requests = fc.sample(requestOf(operations, known), { numRuns: GENERATED, seed: 1 });
    const statuses = new Map<number, number>();
    const api = await signIn(server.url, ours);
    const ask = async () => {
      for (let request = requests.pop(); request; request = requests.pop()) {
        if (requests.length % REFILL_EVERY === 0) await fill(api, "of-ours");
        const { method, path, body } = request;
        const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
        const response = await fetch(server.url + path, { method, headers, body: body ?? null });
        const answer = await response.text();
        const what = `${method} ${path} ${body}`;
        expect(response.status, `${what}: ${answer}`).toBeLessThan(500);
        expectNoLeak(answer, what);
        if (response.status !== 200) {
          expect(JSON.parse(answer), what).toMatchObject({ code: expect.any(Number), details: [] });
        }
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, ask));
    console.log(`our generator: ${GENERATED} requests (${counted(statuses)}), 0 of 5xx, 0 leaks`);
  });

  it("to another project are all refused alike, on every path", async () => {
    const other = parameters(theirs);
    let count = 0;
    for (const { method, path } of operations) {
      if (!path.includes("{project_id}")) continue;
      const url = path.replace(/\{(\w+)\}/g, (_, name) => other[name as keyof typeof other] ?? "x");
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const body = method === "GET" ? null : "{}";
      const response = await fetch(server.url + url, { method, headers, body });
      const answer = await response.text();
      expect(JSON.parse(answer), `${method} ${url}`).toMatchObject({ code: 7 });
      expectNoLeak(answer, `${method} ${url}`);
      count += 1;
    }
    expect(count).toBeGreaterThan(40);
    console.log(`another project: ${count} operations, all refused`);
  });
});

describe("slow clients of a registry", () => {
  it("are cut off, whether they dawdle in the headers or in the body", async () => {
    const head = "POST /oauth2/token HTTP/1.1\r\nHost: a\r\n";
    const rest = "Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{";
    const [inHeaders, inBody] = await Promise.all([endOf(head), endOf(head + rest)]);
    for (const answer of [inHeaders, inBody]) {
      expect(answer).toMatch(/^HTTP\/1\.1 408 /);
      expect(answer).toContain('{"code":3,');
    }
  });

  it("that sent too much are refused before they have sent it all", async () => {
    const socket = await open();
    socket.write(
      "POST /oauth2/token HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 999999999\r\n\r\n",
    );
    const [answer] = await once(socket, "data");
    socket.destroy();
    expect(String(answer)).toMatch(/^HTTP\/1\.1 4\d\d /);
  });
});

async function open(): Promise<Socket> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  return socket;
}

/** What a server says before it hangs up on a request that never ends. */
async function endOf(request: string): Promise<string> {
  const socket = await open();
  socket.write(request);
  return await text(socket);
}
