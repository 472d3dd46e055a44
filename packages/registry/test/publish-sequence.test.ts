import { describe, expect, it } from "vitest";
import { startTestRegistry } from "./support/test-registry.ts";

const { client } = await startTestRegistry();
const { ok, code } = client;

describe("the sequence by which Packer core publishes", () => {
  const version = "/buckets/web-base/versions/01JD0000000000000000000000";
  const builds: Record<string, string> = {};

  it("finds no bucket and makes one", async () => {
    expect(await code("GET", "/buckets/web-base")).toBe(5);
    const { bucket } = await ok("PUT", "/buckets", {
      name: "web-base",
      description: "The base of web servers",
      labels: { team: "web" },
    });
    expect(bucket).toMatchObject({
      name: "web-base",
      description: "The base of web servers",
      labels: { team: "web" },
      version_count: "0",
      platforms: [],
    });
    expect(bucket.id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(bucket.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it("takes 10 for a version that is to be made", async () => {
    expect(await code("GET", version)).toBe(10);
    const made = await ok("POST", "/buckets/web-base/versions", {
      fingerprint: "01JD0000000000000000000000",
      template_type: "HCL2",
    });
    expect(made.version).toMatchObject({
      name: "v0",
      status: "VERSION_INCOMPLETE",
      template_type: "HCL2",
      builds: [],
      author_id: "contributor",
    });
  });

  it("registers a build for each source", async () => {
    expect((await ok("GET", `${version}/builds`)).builds).toEqual([]);
    for (const component_type of ["docker.amd64", "docker.arm64"]) {
      const { build } = await ok("POST", `${version}/builds`, {
        artifacts: null,
        component_type,
        packer_run_uuid: "7c2a35c4-3a9f-4c5f-9d0b-0f3a4f5a2f11",
        status: "BUILD_UNSET",
      });
      expect(build).toMatchObject({ component_type, status: "BUILD_UNSET", artifacts: [] });
      builds[component_type] = build.id;
    }
    expect(
      await code("POST", `${version}/builds`, {
        component_type: "docker.amd64",
        status: "BUILD_UNSET",
      }),
    ).toBe(6);
  });

  it("says that builds run", async () => {
    for (const id of Object.values(builds)) {
      const { build } = await ok("PATCH", `${version}/builds/${id}`, {
        artifacts: null,
        packer_run_uuid: "7c2a35c4-3a9f-4c5f-9d0b-0f3a4f5a2f11",
        status: "BUILD_RUNNING",
      });
      expect(build.status).toBe("BUILD_RUNNING");
    }
    expect((await ok("GET", version)).version.status).toBe("VERSION_RUNNING");
  });

  it("stays incomplete until the last build is done", async () => {
    const done = (id: string | undefined, image: string) =>
      ok("PATCH", `${version}/builds/${id}`, {
        artifacts: [{ external_identifier: image, region: "docker.io/library" }],
        labels: { git_sha: "9f2c1d" },
        metadata: { packer: { version: "1.16.0" }, vcs: { commit: "9f2c1d" }, cicd: {} },
        platform: "docker",
        source_external_identifier: "ubuntu@sha256:1",
        status: "BUILD_DONE",
      });
    const { build } = await done(builds["docker.amd64"], "sha256:amd64");
    expect(build).toMatchObject({
      status: "BUILD_DONE",
      platform: "docker",
      labels: { git_sha: "9f2c1d" },
      source_external_identifier: "ubuntu@sha256:1",
      metadata: { packer: { version: "1.16.0" }, vcs: { commit: "9f2c1d" }, cicd: {} },
      artifacts: [{ external_identifier: "sha256:amd64", region: "docker.io/library" }],
    });
    expect((await ok("GET", version)).version.name).toBe("v0");
    await done(builds["docker.arm64"], "sha256:arm64");
    expect((await ok("GET", version)).version).toMatchObject({
      name: "v1",
      status: "VERSION_ACTIVE",
      builds: [
        { metadata: { packer: { version: "1.16.0" } } },
        { artifacts: [{ external_identifier: "sha256:arm64" }] },
      ],
    });
  });

  it("has moved latest", async () => {
    const { channel } = await ok("GET", "/buckets/web-base/channels/latest");
    expect(channel).toMatchObject({
      name: "latest",
      bucket_name: "web-base",
      managed: true,
      restricted: false,
      version: { name: "v1", builds: [{ platform: "docker" }, { platform: "docker" }] },
    });
    const { bucket } = await ok("GET", "/buckets/web-base");
    expect(bucket).toMatchObject({
      version_count: "1",
      platforms: ["docker"],
      latest_version: { name: "v1" },
    });
  });
});
