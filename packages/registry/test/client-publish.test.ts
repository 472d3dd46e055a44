import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { startHeartbeat } from "../src/client/publish/heartbeat.ts";
import { artifact, clientFor, optionsFor } from "./support/client.ts";
import { startTestRegistry } from "./support/test-registry.ts";

const registry = await startTestRegistry();
const { ok } = registry.client;
const client = clientFor(await optionsFor(registry));

describe("publishing", () => {
  it("does what Packer core does: bucket, version, builds, artifacts, channels", async () => {
    const warnings: string[] = [];
    await ok("PUT", "/buckets", { name: "published", description: "old" });
    await ok("POST", "/buckets/published/channels", { name: "production" });
    const result = await client.publish(
      artifact({ id: "img-1", region: "eu" }, { id: "img-2", region: "us" }),
      {
        bucket: "published",
        componentType: "test.web",
        description: "Web servers",
        bucketLabels: { team: "web" },
        buildLabels: { stage: "golden" },
        channels: ["production", "missing"],
        metadata: { packer: { version: "1.16.0" } },
        sboms: [{ format: "SPDX", content: '{"spdxVersion":"SPDX-2.3"}', name: "packages" }],
        onWarning: (message) => warnings.push(message),
      },
    );
    expect(result).toMatchObject({
      bucket: "published",
      versionName: "v1",
      status: "VERSION_ACTIVE",
      builds: [
        {
          componentType: "test.web",
          resumed: false,
          artifacts: [
            { externalIdentifier: "img-1", region: "eu" },
            { externalIdentifier: "img-2", region: "us" },
          ],
        },
      ],
      channels: [
        { name: "production", assigned: true },
        { name: "missing", assigned: false, problem: expect.stringContaining("no channel") },
      ],
    });
    expect(warnings).toEqual([expect.stringContaining("missing")]);
    const { version } = await ok("GET", `/buckets/published/versions/${result.fingerprint}`);
    expect(version.builds).toMatchObject([
      {
        labels: { stage: "golden" },
        platform: "test",
        status: "BUILD_DONE",
        metadata: { packer: { version: "1.16.0" } },
      },
    ]);
    const { bucket } = await ok("GET", "/buckets/published");
    expect(bucket).toMatchObject({ description: "Web servers", labels: { team: "web" } });
    const sboms = await ok(
      "GET",
      `/buckets/published/versions/${result.fingerprint}/builds/${version.builds[0].id}/sboms`,
    );
    expect(sboms.sboms).toMatchObject([{ name: "packages", format: "SPDX" }]);
  });

  it("refuses a fingerprint whose version is complete", async () => {
    const options = { bucket: "complete", componentType: "test.a", fingerprint: "fp" };
    await client.publish(artifact({ id: "img" }), options);
    await expect(client.publish(artifact({ id: "img" }), options)).rejects.toMatchObject({
      code: "VERSION_COMPLETE",
      message: expect.stringContaining("v1"),
    });
  });

  it("resumes a version: what is done is not run again", async () => {
    const fingerprint = "resumed";
    const runs: string[] = [];
    const build =
      (name: string, fail = false) =>
      async () => {
        runs.push(name);
        if (fail) throw new Error("out of disk");
        return artifact({ id: name });
      };
    const options = { bucket: "resumed", fingerprint };
    await expect(
      client.publishAll({ "test.a": build("a"), "test.b": build("b", true) }, options),
    ).rejects.toMatchObject({
      code: "BUILD_FAILED",
      message: "the build test.b failed: out of disk; resume with the fingerprint resumed",
      cause: expect.objectContaining({ message: "out of disk" }),
    });
    const { version } = await ok("GET", "/buckets/resumed/versions/resumed");
    expect(version).toMatchObject({ name: "v0", status: "VERSION_FAILED" });
    const result = await client.publishAll({ "test.a": build("a"), "test.b": build("b") }, options);
    expect(result).toMatchObject({
      versionName: "v1",
      builds: [
        { componentType: "test.a", resumed: true },
        { componentType: "test.b", resumed: false },
      ],
    });
    expect(runs.toSorted()).toEqual(["a", "b", "b"]);
  });

  it("reports a build without images, and a cancelled one", async () => {
    const status = async (bucket: string) =>
      (await ok("GET", `/buckets/${bucket}/versions/fp/builds`)).builds[0].status;
    const common = { componentType: "test.a", fingerprint: "fp" };
    await expect(
      client.publish(artifact(), { bucket: "imageless", ...common }),
    ).rejects.toMatchObject({ code: "NO_IMAGES" });
    expect(await status("imageless")).toBe("BUILD_FAILED");
    const controller = new AbortController();
    const { signal } = controller;
    const cancelled = client.publish(
      async (given) => {
        controller.abort();
        await sleep(60_000, undefined, { signal: given });
        return artifact({ id: "never" });
      },
      { bucket: "cancelled", ...common, signal },
    );
    await expect(cancelled).rejects.toMatchObject({ code: "CANCELLED" });
    expect(await status("cancelled")).toBe("BUILD_CANCELLED");
  });

  it("gives signs of life while a build runs", async () => {
    const beats: string[] = [];
    await client.publish(
      async () => {
        const { builds } = await ok("GET", "/buckets/beating/versions/fp/builds");
        beats.push(builds[0].updated_at);
        await sleep(120);
        const later = await ok("GET", "/buckets/beating/versions/fp/builds");
        beats.push(later.builds[0].updated_at, later.builds[0].status);
        return artifact({ id: "alive" });
      },
      { bucket: "beating", componentType: "test.a", fingerprint: "fp", heartbeatPeriod: 20 },
    );
    expect(beats[2]).toBe("BUILD_RUNNING");
    expect(beats[0]).not.toBe(beats[1]);
  });

  it("gives no sign of life while one is under way, nor after the build is over", async () => {
    const beats = { begun: 0, over: 0 };
    const stop = startHeartbeat(5, async () => {
      beats.begun += 1;
      expect(beats.begun - beats.over).toBe(1);
      await sleep(40);
      beats.over += 1;
    });
    await sleep(100);
    await stop();
    expect(beats.begun).toBeGreaterThan(1);
    expect(beats.over).toBe(beats.begun);
    const { begun } = beats;
    await sleep(30);
    expect(beats.begun).toBe(begun);
  });

  it("tells of enforced blocks, which only Packer adds", async () => {
    const admin = await registry.join("admin");
    await ok("PUT", "/buckets", { name: "enforced" });
    const { enforced_block: block } = await admin.ok("PUT", "/enforced_blocks", {
      name: "scan",
      block_content: "x",
    });
    await admin.ok(
      "POST",
      `/enforced_blocks/${block.id}/versions/${block.latest_version.id}/buckets`,
      { bucket_names: ["enforced"] },
    );
    const warnings: string[] = [];
    await client.publish(artifact({ id: "img" }), {
      bucket: "enforced",
      componentType: "test.a",
      onWarning: (message) => warnings.push(message),
    });
    expect(warnings).toEqual([expect.stringContaining('"scan"')]);
  });
});
