import { beforeEach, describe, expect, it } from "vitest";
import { sweep } from "../src/server/sweep.ts";
import { startTestRegistry } from "./support/test-registry.ts";

const { client, database, advance, now } = await startTestRegistry();
const { ok, code, call } = client;

let path = "";
let bucket = "";
let count = 0;

beforeEach(async () => {
  count += 1;
  bucket = `builds-${count}`;
  path = `/buckets/${bucket}/versions/fp-1`;
  await ok("PUT", "/buckets", { name: bucket });
  await ok("POST", `/buckets/${bucket}/versions`, { fingerprint: "fp-1" });
});

async function addBuild(component_type = "docker.example", body = {}): Promise<string> {
  const { build } = await ok("POST", `${path}/builds`, { component_type, ...body });
  return build.id;
}

const DONE = {
  status: "BUILD_DONE",
  platform: "docker",
  artifacts: [{ external_identifier: "sha256:1", region: "" }],
};

describe("a build", () => {
  it("is unique in its version by its component", async () => {
    await addBuild("docker.a");
    expect(await code("POST", `${path}/builds`, { component_type: "docker.a" })).toBe(6);
    await addBuild("docker.b");
  });

  it("keeps what a change leaves out", async () => {
    const id = await addBuild("docker.a", {
      labels: { team: "web" },
      packer_run_uuid: "run-1",
      platform: "docker",
    });
    const { build } = await ok("PATCH", `${path}/builds/${id}`, {
      artifacts: null,
      labels: null,
      status: "BUILD_RUNNING",
    });
    expect(build).toMatchObject({
      labels: { team: "web" },
      packer_run_uuid: "run-1",
      platform: "docker",
      status: "BUILD_RUNNING",
    });
    const changed = await ok("PATCH", `${path}/builds/${id}`, { labels: { team: "db" } });
    expect(changed.build).toMatchObject({ labels: { team: "db" }, status: "BUILD_RUNNING" });
  });

  it("shows the artifacts that it has already in the answer to a heartbeat", async () => {
    const id = await addBuild();
    const { artifacts } = DONE;
    await ok("PATCH", `${path}/builds/${id}`, { status: "BUILD_RUNNING", artifacts });
    const { build } = await ok("PATCH", `${path}/builds/${id}`, { status: "BUILD_RUNNING" });
    expect(build.artifacts).toMatchObject(artifacts);
  });

  it("is not done without an artifact and a platform", async () => {
    const id = await addBuild();
    const patch = (body: object) => code("PATCH", `${path}/builds/${id}`, body);
    expect(await patch({ status: "BUILD_DONE", platform: "docker" })).toBe(3);
    expect(await patch({ ...DONE, platform: "" })).toBe(3);
    expect((await ok("GET", `${path}/builds/${id}`)).build).toMatchObject({
      status: "BUILD_UNSET",
      artifacts: [],
    });
  });

  it("takes its artifacts and its platform before it is done", async () => {
    const id = await addBuild("docker.a", { platform: "docker" });
    await ok("PATCH", `${path}/builds/${id}`, { artifacts: DONE.artifacts, status: "BUILD_UNSET" });
    const { build } = await ok("PATCH", `${path}/builds/${id}`, { status: "BUILD_DONE" });
    expect(build).toMatchObject({ status: "BUILD_DONE", artifacts: DONE.artifacts });
  });

  it("keeps an artifact once that is sent twice", async () => {
    const id = await addBuild("docker.a");
    await addBuild("docker.b");
    await ok("PATCH", `${path}/builds/${id}`, { artifacts: DONE.artifacts });
    const { build } = await ok("PATCH", `${path}/builds/${id}`, DONE);
    expect(build.artifacts).toHaveLength(1);
  });

  it("that is done takes no change", async () => {
    const id = await addBuild("docker.a");
    await addBuild("docker.b");
    await ok("PATCH", `${path}/builds/${id}`, DONE);
    for (const body of [
      { status: "BUILD_RUNNING" },
      { status: "BUILD_FAILED" },
      DONE,
      { labels: {} },
    ]) {
      expect(await code("PATCH", `${path}/builds/${id}`, body)).toBe(9);
    }
    expect((await ok("GET", `${path}/builds/${id}`)).build.status).toBe("BUILD_DONE");
  });

  it("that is created done completes its version", async () => {
    await addBuild("docker.a", DONE);
    expect((await ok("GET", path)).version.name).toBe("v1");
  });

  it("is refused by a version that is complete", async () => {
    await addBuild("docker.a", DONE);
    const answer = await call("POST", `${path}/builds`, { component_type: "docker.b" });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 9, message: expect.stringContaining("is complete as v1") },
    });
  });

  it("is removed from an incomplete version only", async () => {
    const id = await addBuild("docker.a");
    const other = await addBuild("docker.b", DONE);
    await ok("DELETE", `${path}/builds/${id}`);
    expect(await code("DELETE", `${path}/builds/${id}`)).toBe(5);
    await ok("PATCH", path, { complete: true });
    expect(await code("DELETE", `${path}/builds/${other}`)).toBe(9);
  });

  it("is found in its own version only", async () => {
    const id = await addBuild();
    await ok("POST", `/buckets/${bucket}/versions`, { fingerprint: "fp-2" });
    const elsewhere = `/buckets/${bucket}/versions/fp-2/builds/${id}`;
    expect(await code("GET", elsewhere)).toBe(5);
    expect(await code("PATCH", elsewhere, { status: "BUILD_RUNNING" })).toBe(5);
    expect(await code("DELETE", elsewhere)).toBe(5);
  });
});

describe("a build that fails or stops", () => {
  it("shows in its version's status, and can be run again", async () => {
    const id = await addBuild();
    const statusAfter = async (status: string) => {
      await ok("PATCH", `${path}/builds/${id}`, { status });
      return (await ok("GET", path)).version.status;
    };
    expect(await statusAfter("BUILD_RUNNING")).toBe("VERSION_RUNNING");
    expect(await statusAfter("BUILD_FAILED")).toBe("VERSION_FAILED");
    expect(await statusAfter("BUILD_CANCELLED")).toBe("VERSION_CANCELLED");
    expect(await statusAfter("BUILD_RUNNING")).toBe("VERSION_RUNNING");
    await ok("PATCH", `${path}/builds/${id}`, DONE);
    expect((await ok("GET", path)).version).toMatchObject({ name: "v1", status: "VERSION_ACTIVE" });
  });

  it("is cancelled once its heartbeat stops, for a reader at once and in the store by the sweep", async () => {
    const id = await addBuild();
    await ok("PATCH", `${path}/builds/${id}`, { status: "BUILD_RUNNING" });
    const statusNow = async () => (await ok("GET", `${path}/builds/${id}`)).build.status;
    advance(4 * 60_000);
    await ok("PATCH", `${path}/builds/${id}`, { status: "BUILD_RUNNING" });
    advance(4 * 60_000);
    expect(await statusNow()).toBe("BUILD_RUNNING");
    advance(2 * 60_000);
    expect(await statusNow()).toBe("BUILD_CANCELLED");
    expect((await ok("GET", path)).version.status).toBe("VERSION_CANCELLED");

    const swept = await sweep(database, now(), 5 * 60_000);
    expect(swept.cancelledBuilds).toBeGreaterThanOrEqual(1);
    expect((await sweep(database, now(), 5 * 60_000)).cancelledBuilds).toBe(0);
    expect(await statusNow()).toBe("BUILD_CANCELLED");
    await ok("PATCH", `${path}/builds/${id}`, { status: "BUILD_RUNNING" });
    expect(await statusNow()).toBe("BUILD_RUNNING");
  });

  it("that never ran is not cancelled", async () => {
    const id = await addBuild();
    advance(60 * 60_000);
    await sweep(database, now(), 5 * 60_000);
    expect((await ok("GET", `${path}/builds/${id}`)).build.status).toBe("BUILD_UNSET");
  });
});
