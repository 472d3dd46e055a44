import { describe, expect, it } from "vitest";
import { publish } from "./support/publish.ts";
import { startTestRegistry } from "./support/test-registry.ts";

const { client } = await startTestRegistry();
const { ok, code } = client;

describe("a version", () => {
  it("is unique in its bucket by its fingerprint, not beyond", async () => {
    await ok("PUT", "/buckets", { name: "first" });
    await ok("PUT", "/buckets", { name: "second" });
    await ok("POST", "/buckets/first/versions", { fingerprint: "same" });
    expect(await code("POST", "/buckets/first/versions", { fingerprint: "same" })).toBe(6);
    await ok("POST", "/buckets/second/versions", { fingerprint: "same" });
    expect(await code("POST", "/buckets/third/versions", { fingerprint: "same" })).toBe(5);
  });

  it.each(["a", "A.b_c-9", "x".repeat(40)])("takes the fingerprint %j", async (fingerprint) => {
    await client.call("PUT", "/buckets", { name: "prints" });
    await ok("POST", "/buckets/prints/versions", { fingerprint });
    expect((await ok("GET", `/buckets/prints/versions/${fingerprint}`)).version.name).toBe("v0");
  });

  it.each(["", "-a", "a.", "x".repeat(41), "a b", "ä", "a/b"])(
    "refuses the fingerprint %j",
    async (fingerprint) => {
      await client.call("PUT", "/buckets", { name: "prints" });
      expect(await code("POST", "/buckets/prints/versions", { fingerprint })).toBe(3);
    },
  );

  it("gets numbers in the order of completion, none twice", async () => {
    const bucket = "numbers";
    expect((await publish(client, { bucket, fingerprint: "one" })).name).toBe("v1");
    expect((await publish(client, { bucket, fingerprint: "two" })).name).toBe("v2");
    await ok("DELETE", "/buckets/numbers/versions/two");
    expect((await publish(client, { bucket, fingerprint: "three" })).name).toBe("v3");
    const { bucket: shown } = await ok("GET", "/buckets/numbers");
    expect(shown).toMatchObject({ version_count: "2", latest_version: { name: "v3" } });
  });

  it("is completed by request once every build is done", async () => {
    await ok("PUT", "/buckets", { name: "by-request" });
    await ok("POST", "/buckets/by-request/versions", { fingerprint: "fp" });
    const path = "/buckets/by-request/versions/fp";
    expect(await code("PATCH", path, { complete: true })).toBe(9);
    const { build } = await ok("POST", `${path}/builds`, { component_type: "a" });
    await ok("POST", `${path}/builds`, {
      component_type: "b",
      status: "BUILD_DONE",
      platform: "aws",
      artifacts: [{ external_identifier: "ami-1", region: "us-east-1" }],
    });
    expect(await code("PATCH", path, { complete: true })).toBe(9);
    await ok("DELETE", `${path}/builds/${build.id}`);
    const done = await ok("PATCH", path, { complete: true });
    expect(done).toMatchObject({ version: { name: "v1" }, operation: { state: "DONE" } });
    expect((await ok("PATCH", path, { complete: true })).version.name).toBe("v1");
    expect((await ok("GET", "/buckets/by-request")).bucket.platforms).toEqual(["aws"]);
  });

  it("is asked for exactly one thing at a time", async () => {
    await publish(client, { bucket: "one-thing", fingerprint: "fp" });
    const patch = (body: object) => code("PATCH", "/buckets/one-thing/versions/fp", body);
    expect(await patch({})).toBe(3);
    expect(await patch({ complete: true, restore: true })).toBe(3);
    expect(await patch({ revoke_in: "0s", revoke_at: "2030-01-01T00:00:00Z" })).toBe(3);
    expect(await patch({ revoke_at: "0001-01-01T00:00:00.000Z" })).toBe(3);
    expect(await patch({ revoke_at: "1970-01-01T00:00:00.000Z" })).toBe(3);
  });

  it("is named alike in what is 5 for all but the one that 10 means: create it", async () => {
    await ok("PUT", "/buckets", { name: "no-version" });
    const path = "/buckets/no-version/versions/none";
    expect(await code("GET", path)).toBe(10);
    expect(await code("GET", "/buckets/no-bucket/versions/none")).toBe(5);
    expect(await code("GET", `${path}/builds`)).toBe(5);
    expect(await code("PATCH", path, { complete: true })).toBe(5);
    expect(await code("DELETE", path)).toBe(5);
  });
});

describe("a version that is deleted", () => {
  it("gives latest back to the one before", async () => {
    const bucket = "give-back";
    await publish(client, { bucket, fingerprint: "one" });
    await publish(client, { bucket, fingerprint: "two" });
    await ok("DELETE", `/buckets/${bucket}/versions/two`);
    const { channel } = await ok("GET", `/buckets/${bucket}/channels/latest`);
    expect(channel.version.name).toBe("v1");
    await ok("DELETE", `/buckets/${bucket}/versions/one`);
    const empty = await ok("GET", `/buckets/${bucket}/channels/latest`);
    expect(empty.channel.version).toBeUndefined();
  });

  it("must not be in a channel, unless that is rolled back", async () => {
    const bucket = "in-channel";
    await publish(client, { bucket, fingerprint: "one" });
    await publish(client, { bucket, fingerprint: "two" });
    await ok("POST", `/buckets/${bucket}/channels`, {
      name: "production",
      version_fingerprint: "one",
    });
    await ok("PATCH", `/buckets/${bucket}/channels/production`, {
      update_mask: "versionFingerprint",
      version_fingerprint: "two",
    });
    expect(await code("DELETE", `/buckets/${bucket}/versions/two`)).toBe(9);
    await ok("DELETE", `/buckets/${bucket}/versions/two?rollback_channels=true`);
    const { channel } = await ok("GET", `/buckets/${bucket}/channels/production`);
    expect(channel.version.name).toBe("v1");
    const { history } = await ok("GET", `/buckets/${bucket}/channels/production/history`);
    expect(history).toMatchObject([
      { version: { name: "v1" }, author_id: "registry" },
      { version_name: "v2", version_fingerprint: "two" },
      { version: { name: "v1" }, author_id: "contributor" },
    ]);
  });
});

describe("a bucket", () => {
  it.each(["ab", "a_b", "x".repeat(37), "", "ümlaut", 7, null])(
    "refuses the name %j",
    async (name) => {
      expect(await code("PUT", "/buckets", { name })).toBe(3);
    },
  );

  it("is unique in its project", async () => {
    await ok("POST", "/buckets", { name: "unique" });
    expect(await code("PUT", "/buckets", { name: "unique" })).toBe(6);
  });

  it("loses what a PATCH leaves out, except its platforms", async () => {
    await publish(client, { bucket: "patched" });
    await ok("PATCH", "/buckets/patched", { description: "text", labels: { a: "1" } });
    const { bucket } = await ok("PATCH", "/buckets/patched", { platforms: null });
    expect(bucket).toMatchObject({ description: "", labels: {}, platforms: ["docker"] });
    const changed = await ok("PATCH", "/buckets/patched", { platforms: ["aws"] });
    expect(changed.bucket.platforms).toEqual(["aws"]);
  });

  it("goes with all that is in it", async () => {
    await publish(client, { bucket: "gone", fingerprint: "fp" });
    await ok("DELETE", "/buckets/gone");
    expect(await code("GET", "/buckets/gone")).toBe(5);
    expect(await code("DELETE", "/buckets/gone")).toBe(5);
    expect((await publish(client, { bucket: "gone", fingerprint: "fp" })).name).toBe("v1");
  });
});
