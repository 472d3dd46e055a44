import { describe, expect, it } from "vitest";
import { publish } from "./support/publish.ts";
import { type Json, startTestRegistry } from "./support/test-registry.ts";

const registry = await startTestRegistry();
const { client } = registry;
const { ok, code } = client;
const viewer = await registry.join("viewer");

const ancestry = async (bucket: string, query: Record<string, string> = {}): Promise<Json> =>
  await ok("GET", `/buckets/${bucket}/ancestry?${new URLSearchParams(query)}`);

const PARENTS = { type: "ANCESTRY_TYPE_PARENTS" };
const CHILDREN = { type: "ANCESTRY_TYPE_CHILDREN" };

/** A parent with a channel, and a child that found it there. */
async function pair(prefix: string) {
  const names = { parent: `${prefix}-parent`, child: `${prefix}-child` };
  const parent = await publish(client, { bucket: names.parent, fingerprint: "p1" });
  const { channel } = await ok("POST", `/buckets/${names.parent}/channels`, {
    name: "production",
    version_fingerprint: "p1",
  });
  const child = await publish(client, {
    bucket: names.child,
    fingerprint: "c1",
    build: { parent_version_id: parent.id, parent_channel_id: channel.id },
  });
  const moveOn = async () => {
    await publish(client, { bucket: names.parent, fingerprint: "p2" });
    await ok("PATCH", `/buckets/${names.parent}/channels/production`, {
      update_mask: "versionFingerprint",
      version_fingerprint: "p2",
    });
  };
  return { names, parent, child, moveOn };
}

describe("ancestry", () => {
  it("links a build to the version that its client names, both ways", async () => {
    const { names, parent, child } = await pair("named");
    const relation = {
      child: {
        bucket_name: names.child,
        version_id: child.id,
        version_name: "v1",
        version_fingerprint: "c1",
      },
      parent: {
        bucket_name: names.parent,
        version_id: parent.id,
        version_name: "v1",
        version_fingerprint: "p1",
        channel_name: "production",
        channel_version: { id: parent.id, name: "v1", fingerprint: "p1" },
      },
      status: "UP_TO_DATE",
    };
    expect(await ancestry(names.child, PARENTS)).toMatchObject({
      relations: [relation],
      total_count: 1,
    });
    expect(await ancestry(names.parent, CHILDREN)).toMatchObject({ relations: [relation] });
    expect((await ancestry(names.parent, PARENTS)).relations).toEqual([]);
    expect((await ancestry(names.child, CHILDREN)).relations).toEqual([]);
    expect((await ancestry(names.child)).relations).toHaveLength(1);
  });

  it("is out of date once the channel points elsewhere", async () => {
    const { names, moveOn } = await pair("moved");
    await moveOn();
    expect((await ancestry(names.child, PARENTS)).relations).toMatchObject([
      { status: "OUT_OF_DATE", parent: { version_name: "v1", channel_version: { name: "v2" } } },
    ]);
    const { bucket: child } = await ok("GET", `/buckets/${names.child}`);
    expect(child).toMatchObject({ parents: { status: "OUT_OF_DATE" } });
    expect(child.latest_version.parents.status).toBe("OUT_OF_DATE");
    expect(child.children).toBeUndefined();
    const { bucket: parent } = await ok("GET", `/buckets/${names.parent}`);
    expect(parent).toMatchObject({ children: { status: "OUT_OF_DATE" } });
    const { relations } = await ok("GET", `/${parent.children.href}`);
    expect(relations).toHaveLength(1);
  });

  it("is undetermined where no channel was used, or it is gone", async () => {
    const { names, parent } = await pair("undetermined");
    await publish(client, {
      bucket: names.child,
      fingerprint: "c2",
      build: { parent_version_id: parent.id },
    });
    expect((await ancestry(names.child, PARENTS)).relations).toMatchObject([
      { status: "UNDETERMINED" },
    ]);
    await ok("DELETE", `/buckets/${names.parent}/channels/production`);
    const first = await ancestry(names.child, { ...PARENTS, version_fingerprint: "c1" });
    expect(first.relations).toMatchObject([{ status: "UNDETERMINED" }]);
  });

  it("links a build by its source where a version of the registry made it, whichever came first", async () => {
    const image = (name: string) => [{ external_identifier: name, region: "eu" }];
    await publish(client, { bucket: "by-source", fingerprint: "p1", artifacts: image("ami-p") });
    await publish(client, {
      bucket: "by-source-child",
      fingerprint: "c1",
      build: { source_external_identifier: "ami-p" },
    });
    await publish(client, {
      bucket: "early-child",
      fingerprint: "c1",
      build: { source_external_identifier: "ami-late" },
    });
    expect((await ancestry("early-child", PARENTS)).relations).toEqual([]);
    await publish(client, { bucket: "by-source", fingerprint: "p2", artifacts: image("ami-late") });
    expect((await ancestry("by-source", CHILDREN)).relations).toMatchObject([
      { child: { bucket_name: "by-source-child" }, parent: { version_name: "v1" } },
      { child: { bucket_name: "early-child" }, parent: { version_name: "v2" } },
    ]);
  });

  it("prefers the source's owner on the same platform, then the newest", async () => {
    const shared = [{ external_identifier: "golden", region: "" }];
    await publish(client, { bucket: "on-docker", artifacts: shared });
    await publish(client, { bucket: "on-azure", artifacts: shared, build: { platform: "azure" } });
    await publish(client, {
      bucket: "docker-child",
      build: { source_external_identifier: "golden" },
    });
    expect((await ancestry("docker-child", PARENTS)).relations).toMatchObject([
      { parent: { bucket_name: "on-docker" } },
    ]);
  });

  it("shows a source that the registry does not know to who asks for it", async () => {
    await publish(client, {
      bucket: "on-vendor",
      build: { source_external_identifier: "Canonical:ubuntu:22.04", platform: "azure" },
    });
    expect((await ancestry("on-vendor", PARENTS)).relations).toEqual([]);
    const all = await ancestry("on-vendor", { ...PARENTS, include_untracked: "true" });
    expect(all.relations).toMatchObject([
      {
        child: { bucket_name: "on-vendor" },
        source_external_identifier: "Canonical:ubuntu:22.04",
        platform: "azure",
        status: "UNDETERMINED",
      },
    ]);
    expect(all.relations[0].parent).toBeUndefined();
  });

  it("tells what was built on a source, whether or not it is known", async () => {
    const builtOn = async (source: string, query: Record<string, string> = {}): Promise<Json> =>
      await ok(
        "GET",
        `/ancestry?${new URLSearchParams({ source_external_identifier: source, ...query })}`,
      );
    const vendor = { source_external_identifier: "vendor/image:1", platform: "docker" };
    expect(await builtOn("vendor/image:1")).toMatchObject({ relations: [], total_count: 0 });
    const first = await publish(client, {
      bucket: "source-first",
      build: vendor,
      artifacts: [{ external_identifier: "first-image", region: "eu" }],
    });
    await publish(client, { bucket: "source-second", build: vendor });
    await publish(client, { bucket: "source-second", fingerprint: "again", build: vendor });
    await publish(client, { bucket: "source-other", build: { ...vendor, platform: "aws" } });
    const all = await builtOn("vendor/image:1", { platform: "docker" });
    expect(all.total_count).toBe(3);
    expect(all.relations).toMatchObject([
      { child: { bucket_name: "source-second", version_name: "v2" }, platform: "docker" },
      { child: { bucket_name: "source-second", version_name: "v1" } },
      { child: { bucket_name: "source-first", version_id: first.id }, status: "UNDETERMINED" },
    ]);
    expect(all.relations[0].parent).toBeUndefined();
    expect((await builtOn("vendor/image:1")).total_count).toBe(4);

    const page = await builtOn("vendor/image:1", { "pagination.page_size": "3" });
    expect(page.relations).toHaveLength(3);
    const rest = await builtOn("vendor/image:1", {
      "pagination.page_size": "3",
      "pagination.next_page_token": page.pagination.next_page_token,
    });
    expect(rest.relations).toMatchObject([{ child: { bucket_name: "source-first" } }]);

    await publish(client, {
      bucket: "source-third",
      build: { source_external_identifier: "first-image" },
    });
    expect((await builtOn("first-image")).relations).toMatchObject([
      { child: { bucket_name: "source-third" }, parent: { bucket_name: "source-first" } },
    ]);

    const stranger = await registry.join("viewer", await registry.addProject("strangers"));
    const path = "/ancestry?source_external_identifier=vendor/image:1";
    expect((await stranger.ok("GET", path)).relations).toEqual([]);
    expect(await code("GET", "/ancestry")).toBe(3);
    expect(await code("GET", "/ancestry?source_external_identifier=")).toBe(3);
  });

  it("is found among hundreds of images of one build", async () => {
    await publish(client, {
      bucket: "one-of-many-child",
      build: { source_external_identifier: "many-149" },
    });
    await publish(client, {
      bucket: "many-images",
      artifacts: Array.from({ length: 300 }, (_, index) => ({
        external_identifier: `many-${index}`,
        region: "eu",
      })),
    });
    const { relations } = await ancestry("many-images", CHILDREN);
    expect(relations).toMatchObject([{ child: { bucket_name: "one-of-many-child" } }]);
  });

  it("does not make a version its own parent, nor fail for a parent that is gone", async () => {
    const same = [{ external_identifier: "same-tag", region: "" }];
    await publish(client, {
      bucket: "own-parent",
      artifacts: same,
      build: { source_external_identifier: "same-tag" },
    });
    expect((await ancestry("own-parent", PARENTS)).relations).toEqual([]);
    const version = await publish(client, {
      bucket: "gone-parent",
      build: { parent_version_id: "01JD0000000000000000000000", parent_channel_id: "none" },
    });
    expect(version).toMatchObject({ name: "v1" });
    expect(version.parents).toBeUndefined();
  });

  it("counts of other buckets their latest version, of one version every child", async () => {
    const { names, parent } = await pair("counted");
    await publish(client, {
      bucket: names.child,
      fingerprint: "c2",
      build: { parent_version_id: parent.id },
    });
    const ofBucket = await ancestry(names.parent, CHILDREN);
    expect(ofBucket.relations).toMatchObject([{ child: { version_name: "v2" } }]);
    const ofVersion = await ancestry(names.parent, { ...CHILDREN, version_fingerprint: "p1" });
    expect(ofVersion.relations).toMatchObject([
      { child: { version_name: "v1" } },
      { child: { version_name: "v2" } },
    ]);
    const byChannel = await ancestry(names.parent, {
      ...CHILDREN,
      version_fingerprint: "p1",
      channel_name: "production",
    });
    expect(byChannel.relations).toMatchObject([{ child: { version_name: "v1" } }]);
    expect((await ok("GET", `/buckets/${names.parent}/versions/p1`)).version).toMatchObject({
      has_descendants: true,
    });
    expect((await ok("GET", `/buckets/${names.child}/versions/c1`)).version).toMatchObject({
      has_descendants: false,
    });
  });

  it("counts builds with one parent once, and comes in pages", async () => {
    const parent = await publish(client, { bucket: "many-parent", fingerprint: "p1" });
    for (let index = 0; index < 5; index += 1) {
      const bucket = `many-child-${index}`;
      await ok("PUT", "/buckets", { name: bucket });
      await ok("POST", `/buckets/${bucket}/versions`, { fingerprint: "c" });
      for (const component_type of ["docker.a", "docker.b"]) {
        await ok("POST", `/buckets/${bucket}/versions/c/builds`, { component_type });
      }
      const { builds } = await ok("GET", `/buckets/${bucket}/versions/c/builds`);
      for (const build of builds) {
        await ok("PATCH", `/buckets/${bucket}/versions/c/builds/${build.id}`, {
          status: "BUILD_DONE",
          platform: "docker",
          artifacts: [{ external_identifier: build.id, region: "" }],
          parent_version_id: parent.id,
        });
      }
    }
    const first = await ancestry("many-parent", { ...CHILDREN, "pagination.page_size": "3" });
    expect(first).toMatchObject({ total_count: 5 });
    const rest = await ancestry("many-parent", {
      ...CHILDREN,
      "pagination.page_size": "3",
      "pagination.next_page_token": first.pagination.next_page_token,
    });
    const names = [...first.relations, ...rest.relations].map((one) => one.child.bucket_name);
    expect(names).toEqual([0, 1, 2, 3, 4].map((index) => `many-child-${index}`));
  });

  it("names no restricted channel, nor what it points at, to those who only read", async () => {
    const { names, moveOn } = await pair("secretive");
    await moveOn();
    await ok("PATCH", `/buckets/${names.parent}/channels/production`, {
      update_mask: "restricted",
      restricted: true,
    });
    const answers = [
      `/buckets/${names.child}/ancestry?type=ANCESTRY_TYPE_PARENTS`,
      `/buckets/${names.parent}/ancestry?type=ANCESTRY_TYPE_CHILDREN&version_fingerprint=p1`,
    ];
    for (const path of answers) {
      const { relations } = await ok("GET", path);
      expect(relations).toMatchObject([{ parent: { channel_name: "production" } }]);
      const seen = await viewer.ok("GET", path);
      expect(seen.relations).toMatchObject([{ parent: { version_name: "v1" } }]);
      expect(JSON.stringify(seen)).not.toMatch(/production|channel|v2|p2/);
    }
    const byChannel = `${answers[1]}&channel_name=production`;
    expect(await ok("GET", byChannel)).toMatchObject({ total_count: 1 });
    expect(await viewer.ok("GET", byChannel)).toMatchObject({ relations: [], total_count: 0 });
  });

  it("knows its words", async () => {
    await publish(client, { bucket: "known" });
    expect(await code("GET", "/buckets/known/ancestry?type=UNCLES")).toBe(3);
    expect(await code("GET", "/buckets/known/ancestry?version_fingerprint=none")).toBe(5);
    expect(await code("GET", "/buckets/unknown/ancestry")).toBe(5);
  });
});

describe("the search for an image", () => {
  const search = async (body: object, query = ""): Promise<Json> =>
    await ok("POST", `/_search/external_artifact${query}`, body);

  it("finds the builds that made it, by platform and region", async () => {
    const artifacts = ["us-east-1", "us-west-2"].map((region) => ({
      external_identifier: "ami-found",
      region,
    }));
    await publish(client, { bucket: "found", artifacts, build: { platform: "aws" } });
    const all = await search({ external_identifier: "ami-found" });
    expect(all.artifacts).toMatchObject([
      {
        bucket: { name: "found" },
        version: { name: "v1", status: "VERSION_ACTIVE" },
        build: { platform: "aws", artifacts },
      },
    ]);
    const count = async (more: object) =>
      (await search({ external_identifier: "ami-found", ...more })).artifacts.length;
    expect(await count({ platform: "aws", region: "us-east-1" })).toBe(1);
    expect(await count({ platform: "azure" })).toBe(0);
    expect(await count({ region: "eu-west-1" })).toBe(0);
    expect((await search({ external_identifier: "ami-none" })).artifacts).toEqual([]);
    expect(await code("POST", "/_search/external_artifact", {})).toBe(3);
  });

  it("comes in pages, newest first", async () => {
    const artifacts = [{ external_identifier: "tag", region: "" }];
    for (const fingerprint of ["a", "b", "c"]) {
      await publish(client, { bucket: "paged-search", fingerprint, artifacts });
    }
    const first = await search({ external_identifier: "tag" }, "?pagination.page_size=2");
    const token = first.pagination.next_page_token;
    const rest = await search(
      { external_identifier: "tag" },
      `?pagination.page_size=2&pagination.next_page_token=${token}`,
    );
    const names = [...first.artifacts, ...rest.artifacts].map((one) => one.version.name);
    expect(names).toEqual(["v3", "v2", "v1"]);
  });
});
