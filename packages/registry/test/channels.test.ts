import { describe, expect, it } from "vitest";
import { publish } from "./support/publish.ts";
import { startTestRegistry } from "./support/test-registry.ts";

const registry = await startTestRegistry();
const { client } = registry;
const { ok, code } = client;
const viewer = await registry.join("viewer");

async function bucketWithVersions(bucket: string): Promise<string> {
  await publish(client, { bucket, fingerprint: "one" });
  await publish(client, { bucket, fingerprint: "two" });
  return `/buckets/${bucket}/channels`;
}

function assignTo(channels: string, name: string, fingerprint: string | null) {
  return [
    "PATCH",
    `${channels}/${name}`,
    { update_mask: "versionFingerprint", version_fingerprint: fingerprint },
  ] as const;
}

describe("a channel", () => {
  it("starts empty or with a version, and is unique in its bucket", async () => {
    const channels = await bucketWithVersions("starts");
    const { channel } = await ok("POST", channels, { name: "staging" });
    expect(channel).toMatchObject({ name: "staging", managed: false, restricted: false });
    expect(channel.version).toBeUndefined();
    const full = await ok("POST", channels, { name: "production", version_fingerprint: "one" });
    expect(full.channel).toMatchObject({ version: { name: "v1" }, author_id: "contributor" });
    expect(await code("POST", channels, { name: "production" })).toBe(6);
    expect(await code("POST", channels, { name: "latest" })).toBe(6);
    const { channels: all } = await ok("GET", channels);
    expect(all.map((one: { name: string }) => one.name)).toEqual([
      "latest",
      "production",
      "staging",
    ]);
  });

  it("changes only what the mask names", async () => {
    const channels = await bucketWithVersions("masked");
    await ok("POST", channels, { name: "staging", version_fingerprint: "one" });
    const patch = async (body: object) => (await ok("PATCH", `${channels}/staging`, body)).channel;
    const restricted = { version_fingerprint: "two", restricted: true, update_mask: "restricted" };
    expect(await patch(restricted)).toMatchObject({ restricted: true, version: { name: "v1" } });
    const both = { version_fingerprint: "two", update_mask: "versionFingerprint,restricted" };
    expect(await patch(both)).toMatchObject({ restricted: false, version: { name: "v2" } });
    for (const update_mask of ["", null, "name", "versionFingerprint,x"]) {
      expect(await code("PATCH", `${channels}/staging`, { update_mask })).toBe(3);
    }
  });

  it("can be emptied", async () => {
    const channels = await bucketWithVersions("emptied");
    await ok("POST", channels, { name: "staging", version_fingerprint: "one" });
    const { channel } = await ok(...assignTo(channels, "staging", ""));
    expect(channel.version).toBeUndefined();
  });

  it("takes a version that is complete, not revoked, and of its bucket", async () => {
    const channels = await bucketWithVersions("takes");
    await ok("POST", channels, { name: "staging" });
    await ok("POST", "/buckets/takes/versions", { fingerprint: "open" });
    await publish(client, { bucket: "elsewhere", fingerprint: "foreign" });
    await ok("PATCH", "/buckets/takes/versions/one", { revoke_in: "0s" });
    expect(await code(...assignTo(channels, "staging", "open"))).toBe(9);
    expect(await code(...assignTo(channels, "staging", "one"))).toBe(9);
    expect(await code(...assignTo(channels, "staging", "foreign"))).toBe(5);
    expect(await code("POST", channels, { name: "production", version_fingerprint: "open" })).toBe(
      9,
    );
    expect(await code("GET", `${channels}/production`)).toBe(5);
  });

  it("named latest is the registry's own", async () => {
    const channels = await bucketWithVersions("own");
    expect(await code(...assignTo(channels, "latest", "one"))).toBe(9);
    expect(await code("DELETE", `${channels}/latest`)).toBe(9);
    const { channel } = await ok("PATCH", `${channels}/latest`, {
      update_mask: "restricted",
      restricted: true,
    });
    expect(channel).toMatchObject({ restricted: true, version: { name: "v2" } });
  });

  it("that is restricted is hidden from those who only read", async () => {
    const channels = await bucketWithVersions("hidden");
    await ok("POST", channels, { name: "secret", restricted: true });
    expect(await viewer.code("GET", `${channels}/secret`)).toBe(7);
    expect(await viewer.code("GET", `${channels}/secret/history`)).toBe(7);
    const { channels: seen } = await viewer.ok("GET", channels);
    expect(seen.map((one: { name: string }) => one.name)).toEqual(["latest"]);
    await ok("GET", `${channels}/secret`);
  });

  it("is assigned from another one", async () => {
    const channels = await bucketWithVersions("copied");
    await ok("POST", channels, { name: "staging", version_fingerprint: "one" });
    await ok("POST", channels, { name: "production" });
    await ok("POST", channels, { name: "nothing" });
    const copy = (source_channel: string, target_channel: string) =>
      [`POST`, `${channels}/assign`, { source_channel, target_channel }] as const;
    expect(await ok(...copy("staging", "production"))).toMatchObject({
      fingerprint: "one",
      source_channel: { name: "staging", version: { name: "v1" } },
      target_channel: { name: "production", version: { name: "v1" } },
      version: { name: "v1" },
    });
    expect(await ok(...copy("latest", "production"))).toMatchObject({ fingerprint: "two" });
    expect(await code(...copy("nothing", "production"))).toBe(9);
    expect(await code(...copy("staging", "latest"))).toBe(9);
    expect(await code(...copy("missing", "production"))).toBe(5);
    expect(await code(...copy("staging", "missing"))).toBe(5);
  });

  it("keeps its history, newest first, without a row for what changed nothing", async () => {
    const channels = await bucketWithVersions("history");
    await ok("POST", channels, { name: "staging", version_fingerprint: "one" });
    await ok(...assignTo(channels, "staging", "two"));
    await ok(...assignTo(channels, "staging", "two"));
    await ok(...assignTo(channels, "staging", ""));
    const all = await ok("GET", `${channels}/staging/history`);
    expect(all.count).toBe(3);
    expect(all.history.map((one: { version_name?: string }) => one.version_name)).toEqual([
      undefined,
      "v2",
      "v1",
    ]);
    const page = await ok("GET", `${channels}/staging/history?pagination.page_size=2`);
    expect(page.history).toHaveLength(2);
    const next = new URLSearchParams({
      "pagination.next_page_token": page.pagination.next_page_token,
    });
    const rest = await ok("GET", `${channels}/staging/history?${next}`);
    expect(rest).toMatchObject({ history: [{ version_name: "v1" }], count: 3 });
    const latest = await ok("GET", `${channels}/latest/history`);
    expect(latest.history).toMatchObject([{ version_name: "v2" }, { version_name: "v1" }]);
  });

  it("goes, but not what it pointed at", async () => {
    const channels = await bucketWithVersions("goes");
    await ok("POST", channels, { name: "staging", version_fingerprint: "one" });
    await ok("DELETE", `${channels}/staging`);
    expect(await code("GET", `${channels}/staging`)).toBe(5);
    expect(await code("DELETE", `${channels}/staging`)).toBe(5);
    expect((await ok("GET", "/buckets/goes/versions/one")).version.name).toBe("v1");
  });
});
