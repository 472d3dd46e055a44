import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { Acknowledged } from "../fixtures/registry/acknowledged.ts";
import { brokenRules } from "../fixtures/registry/broken-rules.ts";
import { Gate } from "../fixtures/registry/gate.ts";
import { type Crowd, Publisher } from "../fixtures/registry/publisher.ts";
import { StoreRows } from "../fixtures/registry/store-rows.ts";
import { STORE_KINDS, TestStores } from "../fixtures/registry/stores.ts";
import { signIn } from "../src/registry-api.ts";
import {
  type RegistryServer,
  type RegistryStore,
  startRegistryServer,
} from "../src/registry-server.ts";

/** How often each server is killed; `pnpm --filter @packerkit/interop soak` does it 100 times. */
const KILLS = Number(process.env["PACKERKIT_KILLS"] ?? 10);
const CHECK_EVERY = 5;
const CLIENTS = 8;
const UNLIMITED = ["--rate-limit", "100000"];
const minutes = 60_000;

const stores = new TestStores();
afterAll(() => stores.remove());

/** Clients that publish while `disturb` goes on, and stop after it. */
async function whilePublishing(
  server: RegistryServer,
  disturb: (crowd: Crowd) => Promise<void>,
): Promise<Acknowledged> {
  const stop = new AbortController();
  const api = await signIn(server.url, server.environment);
  const acknowledged = new Acknowledged();
  const crowd = { api, acknowledged, gate: new Gate(), signal: stop.signal };
  const publishers = Array.from({ length: CLIENTS }, (_, index) => new Publisher(index, crowd));
  const publishing = Promise.all(publishers.map((publisher) => publisher.run()));
  try {
    await Promise.race([publishing, disturb(crowd)]);
  } finally {
    stop.abort();
    crowd.gate.open();
    await publishing;
  }
  return acknowledged;
}

/** A moment while the clients publish, whose distance is in calls, however slow the machine is. */
async function randomMoment({ acknowledged }: Crowd): Promise<void> {
  const calls = acknowledged.calls + Math.floor(Math.random() * 80);
  while (acknowledged.calls < calls) await sleep(5);
  await sleep(Math.random() * 20);
}

/** Kills the server at a random moment and starts another one, while the clients go on trying. */
async function crash(store: RegistryStore, server: RegistryServer, crowd: Crowd) {
  crowd.gate.open();
  await randomMoment(crowd);
  await server.kill();
  await server.stop();
  return await startRegistryServer(store, server.ports, UNLIMITED);
}

/** Reads the whole store while the clients wait. */
async function check(store: RegistryStore, { gate, acknowledged }: Crowd): Promise<void> {
  await gate.close(CLIENTS);
  const rows = await StoreRows.read(store);
  expect(acknowledged.lostIn(rows)).toEqual([]);
  expect(brokenRules(rows)).toEqual([]);
  expectDamageToBeSeen(rows, acknowledged);
}

/** That nothing was found has to mean something. */
function expectDamageToBeSeen(rows: StoreRows, acknowledged: Acknowledged): void {
  for (const [table, change] of [
    ["versions", { number: 0 }],
    ["versions", { completed_at: null }],
    ["versions", { fingerprint: "another" }],
    ["builds", { status: "BUILD_RUNNING" }],
    ["builds", { platform: "" }],
    ["artifacts", { external_identifier: "another" }],
    ["artifacts", { project_id: "another" }],
    ["channels", { version_id: null }],
    ["channels", { managed: false }],
    ["buckets", { last_version_number: 0 }],
    ["buckets", { name: "another" }],
  ] as const) {
    const damaged = rows.with(table, (row) => ({ ...row, ...change }));
    const found = [...brokenRules(damaged), ...acknowledged.lostIn(damaged)];
    expect(found, `${table} with ${JSON.stringify(change)}`).not.toEqual([]);
  }
  for (const table of ["versions", "builds", "artifacts", "channel_assignments"]) {
    const damaged = rows.with(table, () => undefined);
    const found = [...brokenRules(damaged), ...acknowledged.lostIn(damaged)];
    expect(found, `no ${table}`).not.toEqual([]);
  }
}

describe.each(STORE_KINDS)("a registry with %s", (kind) => {
  it(
    `loses nothing and breaks no rule when it is killed ${KILLS} times while ${CLIENTS} clients publish`,
    async () => {
      const store = await stores.create(kind);
      let server = await startRegistryServer(store, undefined, UNLIMITED);
      const acknowledged = await whilePublishing(server, async (crowd) => {
        for (let kills = 1; kills <= KILLS; kills += 1) {
          server = await crash(store, server, crowd);
          if (kills % CHECK_EVERY !== 0 && kills !== KILLS) continue;
          await check(store, crowd);
          const { publishes, calls, interrupted } = crowd.acknowledged;
          console.log(
            `${kind}: killed ${kills} times; ${publishes} publishes and ${calls} calls acknowledged, ${interrupted} cut off and repeated; 0 lost, 0 rules broken`,
          );
        }
      });
      await server.stop();
      expect(acknowledged.publishes).toBeGreaterThan(0);
      expect(acknowledged.interrupted).toBeGreaterThan(0);
    },
    (2 + KILLS / 2) * minutes,
  );
});
