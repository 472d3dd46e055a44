import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { RegistryClient } from "@packerkit/registry";
import { fromArtifact, withProvider } from "@packerkit/registry-image";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Acknowledged } from "../fixtures/registry/acknowledged.ts";
import { brokenRules } from "../fixtures/registry/broken-rules.ts";
import { Gate } from "../fixtures/registry/gate.ts";
import { Publisher } from "../fixtures/registry/publisher.ts";
import { StoreRows } from "../fixtures/registry/store-rows.ts";
import { describeFailure, startCommand } from "../src/command.ts";
import { repositoryRoot } from "../src/paths.ts";
import { type PostgresServer, startPostgres } from "../src/postgres.ts";
import { type RegistryApi, signIn } from "../src/registry-api.ts";
import { type RegistryServer, startRegistryServer } from "../src/registry-server.ts";

const CLIENTS = 8;
const UNLIMITED = ["--rate-limit", "100000"];

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

describe("a registry on PostgreSQL 15", () => {
  // As many tests as the package has, in a process of their own.
  const WHOLE_SUITE = 15 * 60_000;

  it("keeps all that its own tests ask of one in memory", { timeout: WHOLE_SUITE }, async () => {
    const folder = `${repositoryRoot}/packages/registry`;
    const report = join(folder, ".vitest/postgres.json");
    const config = ["--no-isolate", "--config", "../../vitest.config.ts", "--root", "."];
    const vitest = `${repositoryRoot}/interop/node_modules/.bin/vitest`;
    const args = ["run", ...config, "--reporter=json", "--outputFile", report];
    const url = await postgres.createDatabase("suite");
    const env = { ...process.env, PACKERKIT_TEST_DATABASE_URL: url };
    const result = await startCommand(vitest, args, { cwd: folder, env });
    expect(result.failed, describeFailure(result)).toBe(false);
    const { numPassedTests, numTotalTests } = JSON.parse(await readFile(report, "utf8"));
    expect(numTotalTests).toBeGreaterThan(100);
    expect(numPassedTests).toBe(numTotalTests);
    console.log(`the registry's own tests on PostgreSQL: ${numPassedTests} passed`);
  });

  it("may be restarted and crash while clients publish: they try again, and finish", async () => {
    const store = { databaseUrl: await postgres.createDatabase("restarted") };
    const server = await startRegistryServer(store, undefined, UNLIMITED);
    let published = 0;
    const publishing = Promise.all(
      Array.from({ length: CLIENTS }, async (_, index) => {
        await using client = RegistryClient.fromEnvironment(server.environment);
        for (let count = 1; count <= 6; count += 1) {
          await client.publish(imageOf(`img-${index}-${count}`), {
            bucket: `client-${index}`,
            componentType: "test.image",
            fingerprint: `fp-${count}`,
          });
          published += 1;
        }
      }),
    );
    const disturbing = async () => {
      for (const [after, how] of [
        [4, "fast"],
        [16, "crash"],
        [28, "fast"],
      ] as const) {
        while (published < after) await sleep(5);
        await postgres.restart(how);
      }
    };
    await Promise.all([publishing, Promise.race([publishing, disturbing()])]);
    const rows = await StoreRows.read(store);
    await server.stop();
    expect(brokenRules(rows)).toEqual([]);
    const complete = rows.all("versions").filter((row) => Number(row["number"]) > 0);
    expect(complete).toHaveLength(CLIENTS * 6);
    console.log(`PostgreSQL restarted 3 times: ${published} of ${CLIENTS * 6} publishes finished`);
  });

  it("answers who looks up an image while those who publish have to wait", async () => {
    const store = { databaseUrl: await postgres.createDatabase("busy") };
    const server = await startRegistryServer(store, undefined, UNLIMITED);
    await using client = RegistryClient.fromEnvironment(server.environment);
    const publish = async (fingerprint: string) => {
      await client.publish(imageOf(`img-${fingerprint}`), {
        bucket: "busy",
        componentType: "test.image",
        fingerprint,
      });
    };
    await publish("first");
    const api = await signIn(server.url, server.environment);
    const many = Array.from({ length: 40 }, (_, index) => `waiting-${index}`);
    let published = 0;
    const publishing = await postgres.whileLocked("busy", "builds", async () => {
      const all = many.map(async (fingerprint) => {
        await publish(fingerprint);
        published += 1;
      });
      // So many that all of the server's connections for writing wait.
      const versions = "/buckets/busy/versions?pagination.page_size=100";
      while ((await api.ok("GET", versions)).versions.length <= CLIENTS) await sleep(20);
      const { channel } = await api.ok("GET", "/buckets/busy/channels/latest");
      expect(channel.version.builds[0].artifacts[0].external_identifier).toBe("img-first");
      expect(published).toBe(0);
      return { all };
    });
    await Promise.all(publishing.all);
    await server.stop();
    console.log(`looked up while ${many.length} publishes waited; then they finished`);
  });

  it("serves clients that ask two servers by turns, and breaks no rule", async () => {
    const store = { databaseUrl: await postgres.createDatabase("shared") };
    const first = await startRegistryServer(store, undefined, UNLIMITED);
    const second = await startRegistryServer(store, undefined, UNLIMITED);
    const acknowledged = new Acknowledged();
    const stop = new AbortController();
    const gate = new Gate();
    gate.open();
    const api = await byTurns(first, second);
    const crowd = { api, acknowledged, gate, signal: stop.signal };
    const publishing = Promise.all(
      Array.from({ length: CLIENTS }, (_, index) => new Publisher(index, crowd).run()),
    );
    const enough = async () => {
      while (acknowledged.publishes < 60) await sleep(10);
    };
    await Promise.race([publishing, enough()]);
    await gate.close(CLIENTS);
    const rows = await StoreRows.read(store);
    stop.abort();
    gate.open();
    await publishing;
    await Promise.all([first.stop(), second.stop()]);
    expect(acknowledged.lostIn(rows)).toEqual([]);
    expect(brokenRules(rows)).toEqual([]);
    console.log(`two servers by turns: ${acknowledged.publishes} publishes, 0 rules broken`);
  });
});

/** Each call goes to the other server than the one before. */
async function byTurns(first: RegistryServer, second: RegistryServer): Promise<RegistryApi> {
  const apis = [
    await signIn(first.url, first.environment),
    await signIn(second.url, { ...first.environment }),
  ] as const;
  let turn = 0;
  const next = () => {
    turn = 1 - turn;
    return apis[turn as 0 | 1];
  };
  return {
    call: (method, path, body) => next().call(method, path, body),
    ok: (method, path, body) => next().ok(method, path, body),
  };
}

function imageOf(id: string) {
  const image = fromArtifact({ builderId: () => "test", id: () => id }, withProvider("test"));
  return { state: () => image };
}
