import { describe, expect, it } from "vitest";
import { revocationTime } from "../src/server/rules/revocation-time.ts";
import { sweep } from "../src/server/sweep.ts";
import { publish } from "./support/publish.ts";
import { type Json, startTestRegistry } from "./support/test-registry.ts";

const registry = await startTestRegistry();
const { client, database, advance, now } = registry;
const { ok, code } = client;
const NOW = { revoke_in: "0s" };

const version = async (bucket: string, fingerprint: string): Promise<Json> =>
  (await ok("GET", `/buckets/${bucket}/versions/${fingerprint}`)).version;

const channel = async (bucket: string, name: string): Promise<string | undefined> =>
  (await ok("GET", `/buckets/${bucket}/channels/${name}`)).channel.version?.name;

const patch = (bucket: string, fingerprint: string, body: object) =>
  ok("PATCH", `/buckets/${bucket}/versions/${fingerprint}`, body);

/** Publishes a version that stands on another one. */
async function publishOn(bucket: string, fingerprint: string, parent: Json): Promise<Json> {
  return await publish(client, { bucket, fingerprint, build: { parent_version_id: parent.id } });
}

/** base → middle → leaf, each a bucket of its own with two versions of the base. */
async function family(prefix: string) {
  const names = { base: `${prefix}-base`, middle: `${prefix}-middle`, leaf: `${prefix}-leaf` };
  const base = await publish(client, { bucket: names.base, fingerprint: "base" });
  const middle = await publishOn(names.middle, "middle", base);
  const leaf = await publishOn(names.leaf, "leaf", middle);
  return { names, base, middle, leaf };
}

describe("a revocation", () => {
  it("names who and why, and is refused twice", async () => {
    await publish(client, { bucket: "named", fingerprint: "one" });
    const { version: revoked, operation } = await patch("named", "one", {
      ...NOW,
      revocation_message: "CVE-2026-1",
    });
    expect(revoked).toMatchObject({
      status: "VERSION_REVOKED",
      revocation_type: "MANUAL",
      revocation_message: "CVE-2026-1",
      revocation_author: "contributor",
    });
    expect(operation.state).toBe("DONE");
    expect(await code("PATCH", "/buckets/named/versions/one", NOW)).toBe(9);
  });

  it("is refused for an incomplete version", async () => {
    await ok("PUT", "/buckets", { name: "incomplete" });
    await ok("POST", "/buckets/incomplete/versions", { fingerprint: "one" });
    expect(await code("PATCH", "/buckets/incomplete/versions/one", NOW)).toBe(9);
  });

  it("rolls its channels back, and latest to the newest that is left", async () => {
    const bucket = "rolled";
    for (const fingerprint of ["one", "two", "three"]) {
      await publish(client, { bucket, fingerprint });
    }
    const channels = `/buckets/${bucket}/channels`;
    await ok("POST", channels, { name: "production", version_fingerprint: "one" });
    for (const version_fingerprint of ["two", "three"]) {
      await ok("PATCH", `${channels}/production`, {
        update_mask: "versionFingerprint",
        version_fingerprint,
      });
    }
    await ok("POST", channels, { name: "kept", version_fingerprint: "three" });
    await patch(bucket, "two", NOW);
    expect(await channel(bucket, "production")).toBe("v3");
    await patch(bucket, "three", NOW);
    expect(await channel(bucket, "production")).toBe("v1");
    expect(await channel(bucket, "kept")).toBeUndefined();
    expect(await channel(bucket, "latest")).toBe("v1");
    await patch(bucket, "one", { ...NOW, disable_rollback_channels: true });
    expect(await channel(bucket, "production")).toBe("v1");
    expect(await channel(bucket, "latest")).toBeUndefined();
  });

  it("passes to everything that was built on it, and back when it is restored", async () => {
    const { names, base } = await family("passed");
    await patch(names.base, "base", { ...NOW, revocation_message: "bad base" });
    for (const [bucket, fingerprint] of [
      [names.middle, "middle"],
      [names.leaf, "leaf"],
    ] as const) {
      expect(await version(bucket, fingerprint)).toMatchObject({
        status: "VERSION_REVOKED",
        revocation_type: "INHERITED",
        revocation_message: "bad base",
        revocation_inherited_from: {
          bucket_name: names.base,
          version_id: base.id,
          version_name: "v1",
          version_fingerprint: "base",
        },
      });
      expect(await channel(bucket, "latest")).toBeUndefined();
      expect(
        await code("PATCH", `/buckets/${bucket}/versions/${fingerprint}`, { restore: true }),
      ).toBe(9);
    }
    const { version: restored } = await patch(names.base, "base", { restore: true });
    expect(restored).toMatchObject({
      status: "VERSION_ACTIVE",
      revocation_type: "REVOCATION_TYPE_UNSET",
    });
    expect(restored.revoke_at).toBeUndefined();
    expect((await version(names.leaf, "leaf")).status).toBe("VERSION_ACTIVE");
    expect(await channel(names.leaf, "latest")).toBe("v1");
    expect(await code("PATCH", `/buckets/${names.base}/versions/base`, { restore: true })).toBe(9);
  });

  it("stays with the version where it is told to", async () => {
    const { names } = await family("skipped");
    await patch(names.base, "base", { ...NOW, skip_descendants_revocation: true });
    expect((await version(names.middle, "middle")).status).toBe("VERSION_ACTIVE");
    expect((await publishOn(names.leaf, "later", await version(names.base, "base"))).status).toBe(
      "VERSION_ACTIVE",
    );
  });

  it("outlives the restoring of one of two revoked parents, and of a parent when it has its own", async () => {
    const one = await publish(client, { bucket: "parent-one", fingerprint: "fp" });
    const two = await publish(client, { bucket: "parent-two", fingerprint: "fp" });
    await ok("PUT", "/buckets", { name: "two-parents" });
    const path = "/buckets/two-parents/versions/fp";
    await ok("POST", "/buckets/two-parents/versions", { fingerprint: "fp" });
    const done = { status: "BUILD_DONE", platform: "docker" };
    for (const parent of [one, two]) {
      await ok("POST", `${path}/builds`, { component_type: parent.bucket_name });
    }
    const { builds } = await ok("GET", `${path}/builds`);
    for (const [index, parent] of [one, two].entries()) {
      await ok("PATCH", `${path}/builds/${builds[index].id}`, {
        ...done,
        artifacts: [{ external_identifier: `two-${index}`, region: "" }],
        parent_version_id: parent.id,
      });
    }
    await patch("parent-one", "fp", NOW);
    await patch("parent-two", "fp", NOW);
    await patch("two-parents", "fp", NOW);
    await patch("parent-one", "fp", { restore: true });
    expect((await version("two-parents", "fp")).status).toBe("VERSION_REVOKED");
    await patch("two-parents", "fp", { restore: true });
    expect(await version("two-parents", "fp")).toMatchObject({
      status: "VERSION_REVOKED",
      revocation_type: "INHERITED",
      revocation_inherited_from: { bucket_name: "parent-two" },
    });
    await patch("parent-two", "fp", { restore: true });
    expect((await version("two-parents", "fp")).status).toBe("VERSION_ACTIVE");
  });

  it("reaches a version that is published on a revoked one, whose latest stays where it was", async () => {
    const base = await publish(client, { bucket: "late-base", fingerprint: "fp" });
    await publish(client, { bucket: "late-child", fingerprint: "good" });
    await patch("late-base", "fp", NOW);
    const child = await publishOn("late-child", "bad", base);
    expect(child).toMatchObject({ name: "v2", status: "VERSION_REVOKED" });
    expect(await channel("late-child", "latest")).toBe("v1");
  });

  it("stays with descendants whose revoked ancestor is deleted, until they are restored", async () => {
    const { names, base } = await family("orphaned");
    await patch(names.base, "base", NOW);
    await ok("DELETE", `/buckets/${names.base}/versions/base`);
    expect(await version(names.leaf, "leaf")).toMatchObject({
      status: "VERSION_REVOKED",
      revocation_type: "INHERITED",
      revocation_inherited_from: { version_id: base.id },
    });
    await patch(names.leaf, "leaf", { restore: true });
    expect((await version(names.leaf, "leaf")).status).toBe("VERSION_ACTIVE");
  });
});

describe("a scheduled revocation", () => {
  it("is good until its time, then rolls back at the next look", async () => {
    const bucket = "scheduled";
    await publish(client, { bucket, fingerprint: "one" });
    await publish(client, { bucket, fingerprint: "two" });
    await ok("POST", `/buckets/${bucket}/channels`, { name: "production" });
    for (const version_fingerprint of ["one", "two"]) {
      await ok("PATCH", `/buckets/${bucket}/channels/production`, {
        update_mask: "versionFingerprint",
        version_fingerprint,
      });
    }
    const at = new Date(now().getTime() + 3_600_000).toISOString();
    const { version: scheduled } = await patch(bucket, "two", { revoke_at: at });
    expect(scheduled).toMatchObject({ status: "VERSION_REVOCATION_SCHEDULED", revoke_at: at });
    expect(await channel(bucket, "production")).toBe("v2");
    expect(await channel(bucket, "latest")).toBe("v2");
    advance(3_600_001);
    expect((await version(bucket, "two")).status).toBe("VERSION_REVOKED");
    expect(await channel(bucket, "production")).toBe("v1");
    expect(await channel(bucket, "latest")).toBe("v1");
  });

  it("is carried out by the sweep, with all that inherit it", async () => {
    const { names } = await family("swept");
    await patch(names.base, "base", { revoke_in: "2h45m" });
    expect((await version(names.leaf, "leaf")).status).toBe("VERSION_REVOCATION_SCHEDULED");
    advance(9_900_001);
    // Other projects of the store may have something that is due too.
    expect((await sweep(database, now(), 300_000)).settledProjects).toBeGreaterThan(0);
    expect(await sweep(database, now(), 300_000)).toMatchObject({ settledProjects: 0 });
    expect(await channel(names.leaf, "latest")).toBeUndefined();
  });

  it("can be set anew, taken back, and outrun by an earlier one of a descendant", async () => {
    const { names } = await family("anew");
    await patch(names.base, "base", { revoke_in: "30d", revocation_message: "age" });
    await patch(names.base, "base", { revoke_in: "20d", revocation_message: "sooner" });
    expect((await version(names.leaf, "leaf")).revocation_message).toBe("sooner");
    await patch(names.leaf, "leaf", { ...NOW, revocation_message: "own" });
    expect(await version(names.leaf, "leaf")).toMatchObject({
      revocation_type: "MANUAL",
      revocation_message: "own",
    });
    expect((await version(names.middle, "middle")).status).toBe("VERSION_REVOCATION_SCHEDULED");
    await patch(names.base, "base", { restore: true });
    expect((await version(names.middle, "middle")).status).toBe("VERSION_ACTIVE");
    expect((await version(names.leaf, "leaf")).status).toBe("VERSION_REVOKED");
  });
});

describe("the preview of a revocation", () => {
  it("shows what it would do, and does nothing", async () => {
    const { names } = await family("preview");
    await ok("POST", `/buckets/${names.leaf}/channels`, {
      name: "production",
      version_fingerprint: "leaf",
    });
    await publish(client, { bucket: names.base, fingerprint: "newer" });
    const path = `/buckets/${names.base}/versions/base/revocation_impact`;
    const impact = await ok("GET", path);
    expect(impact.versions).toMatchObject([
      { bucket_name: names.base, version_name: "v1", version_fingerprint: "base" },
      { bucket_name: names.middle },
      { bucket_name: names.leaf },
    ]);
    expect(impact.channels).toMatchObject([
      { bucket_name: names.leaf, channel_name: "latest", from: { version_name: "v1" } },
      { bucket_name: names.leaf, channel_name: "production" },
      { bucket_name: names.middle, channel_name: "latest" },
    ]);
    const alone = await ok("GET", `${path}?skip_descendants_revocation=true`);
    expect(alone).toMatchObject({ versions: [{ bucket_name: names.base }], channels: [] });
    expect((await version(names.base, "base")).status).toBe("VERSION_ACTIVE");
    expect(await channel(names.leaf, "production")).toBe("v1");
    const { history } = await ok("GET", `/buckets/${names.leaf}/channels/production/history`);
    expect(history).toHaveLength(1);
    expect(await code("GET", `/buckets/${names.base}/versions/none/revocation_impact`)).toBe(5);
  });
});

describe("the time of a revocation", () => {
  const at = new Date("2026-01-01T00:00:00Z");

  it.each([
    ["30d", 2_592_000_000],
    ["2h45m", 9_900_000],
    ["1.5h", 5_400_000],
    ["-10s", -10_000],
    ["0s", 0],
  ])("reads %s", (text, milliseconds) => {
    expect(revocationTime("", text, at)).toEqual(new Date(at.getTime() + milliseconds));
  });

  it("reads RFC 3339 in any zone, and takes Go's zero times for none", () => {
    expect(revocationTime("2026-03-01T12:00:00+02:00", "", at)).toEqual(
      new Date("2026-03-01T10:00:00Z"),
    );
    expect(revocationTime("0001-01-01T00:00:00.000Z", "", at)).toBeUndefined();
    expect(revocationTime("1970-01-01T00:00:00.000Z", "1s", at)).toEqual(
      new Date("2026-01-01T00:00:01Z"),
    );
    expect(revocationTime("", "", at)).toBeUndefined();
  });

  it.each([
    ["", "soon"],
    ["", "5"],
    ["", "1y"],
    ["", "99999999999d"],
    ["tomorrow", ""],
    ["2026-01-01", ""],
    ["9999-12-31T00:00:00Z", ""],
    ["2026-13-45T00:00:00Z", ""],
  ])("refuses %j %j", (revokeAt, revokeIn) => {
    expect(() => revocationTime(revokeAt, revokeIn, at)).toThrow(/hundred years/);
  });
});
