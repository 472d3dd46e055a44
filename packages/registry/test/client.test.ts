import { setTimeout as sleep } from "node:timers/promises";
import {
  fromArtifact,
  withId,
  withProvider,
  withRegion,
  withSourceId,
} from "@packerkit/registry-image";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import {
  optionsFromEnvironment,
  RegistryClient,
  type RegistryClientOptions,
} from "../src/index.ts";
import { publish } from "./support/publish.ts";
import { startTestRegistry } from "./support/test-registry.ts";

const registry = await startTestRegistry();
const address = await registry.app.listen({ host: "127.0.0.1", port: 0 });
const { organizationId, projectId, clientId, clientSecret } = registry.client.principal;
const { ok } = registry.client;
const OPTIONS: RegistryClientOptions = {
  apiAddress: new URL(address).host,
  apiTls: "disabled",
  authUrl: address,
  authTls: "disabled",
  clientId,
  clientSecret,
  organizationId,
  projectId,
};
const client = new RegistryClient(OPTIONS);
afterAll(async () => await client.close());

/** An artifact with images, as a plugin's build returns one. */
function artifact(...images: { id: string; region?: string; source?: string }[]) {
  const base = { builderId: () => "packerkit.test", id: () => "test" };
  const made = images.map(({ id, region = "eu", source = "" }) =>
    fromArtifact(base, withId(id), withProvider("test"), withRegion(region), withSourceId(source)),
  );
  return { state: (name: string) => (name === "par.artifact.metadata" ? made : undefined) };
}

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
    expect(runs).toEqual(["a", "b", "b"]);
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

describe("looking up", () => {
  it("finds an image by channel or fingerprint, platform and region, and builds on it", async () => {
    const base = await client.publish(artifact({ id: "base-1", region: "eu" }), {
      bucket: "lookup-base",
      componentType: "test.base",
    });
    const found = await client.findArtifact({
      bucket: "lookup-base",
      channel: "latest",
      platform: "test",
      region: "eu",
    });
    expect(found).toMatchObject({
      externalIdentifier: "base-1",
      versionName: "v1",
      fingerprint: base.fingerprint,
      componentType: "test.base",
    });
    const child = await client.publish(artifact({ id: "child-1", source: "base-1" }), {
      bucket: "lookup-child",
      componentType: "test.child",
      parents: [found],
    });
    expect(await client.parentsOf({ bucket: "lookup-child" })).toEqual([
      {
        child: {
          bucket: "lookup-child",
          versionId: child.versionId,
          versionName: "v1",
          fingerprint: child.fingerprint,
          status: "VERSION_ACTIVE",
        },
        parent: {
          bucket: "lookup-base",
          versionId: base.versionId,
          versionName: "v1",
          fingerprint: base.fingerprint,
          status: "VERSION_ACTIVE",
          channel: "latest",
          channelVersionName: "v1",
        },
        status: "UP_TO_DATE",
        platform: "test",
        sourceExternalIdentifier: "base-1",
      },
    ]);
    expect(await client.childrenOf({ bucket: "lookup-base" })).toHaveLength(1);
    expect(await client.ownersOf("base-1", { platform: "test" })).toMatchObject([
      { bucket: "lookup-base", versionName: "v1", versionStatus: "VERSION_ACTIVE" },
    ]);
    const { channelId: _, ...byFingerprint } = await client.findArtifact({
      bucket: "lookup-base",
      fingerprint: base.fingerprint,
      platform: "test",
      region: "eu",
      componentType: "test.base",
    });
    expect(found).toMatchObject(byFingerprint);
  });

  it("shows parents that the registry does not know", async () => {
    await client.publish(artifact({ id: "x", source: "Canonical:ubuntu:22.04" }), {
      bucket: "on-vendor",
      componentType: "test.a",
    });
    expect(await client.parentsOf({ bucket: "on-vendor" })).toEqual([]);
    expect(await client.parentsOf({ bucket: "on-vendor", includeUntracked: true })).toMatchObject([
      { parent: undefined, sourceExternalIdentifier: "Canonical:ubuntu:22.04" },
    ]);
  });

  it("names what there is instead, and refuses what is revoked", async () => {
    await publish(registry.client, { bucket: "refused", fingerprint: "fp" });
    const query = { bucket: "refused", platform: "docker", region: "eu" };
    const find = async (more: object) => await client.findArtifact({ ...query, ...more });
    await expect(find({ channel: "latest", region: "us" })).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("it has: docker eu (docker.example)"),
    });
    await expect(find({ channel: "none" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(find({ fingerprint: "none" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(find({})).rejects.toMatchObject({ code: "BAD_OPTION" });
    await ok("PATCH", "/buckets/refused/versions/fp", { revoke_in: "0s" });
    await expect(find({ fingerprint: "fp" })).rejects.toMatchObject({ code: "REVOKED" });
    await expect(find({ channel: "latest" })).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("points at no version"),
    });
  });
});

describe("a connection", () => {
  it("finds organization and project by itself where none are given", async () => {
    const { organizationId: _, projectId: __, ...rest } = OPTIONS;
    await using other = new RegistryClient(rest);
    expect(await other.tenant()).toEqual({ organizationId, projectId });
  });

  it("names what is wrong", async () => {
    const fails = async (options: Partial<RegistryClientOptions>) => {
      await using other = new RegistryClient({ ...OPTIONS, attempts: 1, ...options });
      return await other.childrenOf({ bucket: "none" }).catch((error) => error);
    };
    expect(await fails({})).toMatchObject({ code: "NOT_FOUND", grpcCode: 5 });
    expect(await fails({ clientSecret: "wrong" })).toMatchObject({ code: "UNAUTHENTICATED" });
    expect(await fails({ projectId: organizationId })).toMatchObject({ code: "DENIED" });
    expect(await fails({ apiAddress: "127.0.0.1:1" })).toMatchObject({ code: "UNREACHABLE" });
    expect(await fails({ authUrl: `${address}/x`, authTls: "disabled" })).toMatchObject({
      code: "NOT_FOUND",
    });
    expect(() => new RegistryClient({ ...OPTIONS, apiAddress: "http://x" })).toThrow(
      expect.objectContaining({ code: "BAD_OPTION" }),
    );
    expect(() => new RegistryClient({ ...OPTIONS, authUrl: "nowhere" })).toThrow(
      expect.objectContaining({ code: "BAD_OPTION" }),
    );
  });

  it("gets a new token where the old one is no longer taken", async () => {
    const brief = await startTestRegistry({ tokenLifetime: 1 });
    const url = await brief.app.listen({ host: "127.0.0.1", port: 0 });
    const { principal } = brief.client;
    await using other = new RegistryClient({
      ...OPTIONS,
      apiAddress: new URL(url).host,
      authUrl: url,
      clientId: principal.clientId,
      clientSecret: principal.clientSecret,
      organizationId: principal.organizationId,
      projectId: principal.projectId,
    });
    await brief.client.ok("PUT", "/buckets", { name: "bucket" });
    expect(await other.childrenOf({ bucket: "bucket" })).toEqual([]);
    await sleep(1_100);
    expect(await other.childrenOf({ bucket: "bucket" })).toEqual([]);
  });

  it("tries again where the server is restarting or asks to slow down", async () => {
    const { createServer } = await import("node:http");
    const statuses = [503, 429, 502];
    const server = createServer((request, response) => {
      const status = request.url === "/oauth2/token" ? 200 : (statuses.shift() ?? 200);
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify({ access_token: "t", expires_in: 60, relations: [] }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as { port: number };
    await using other = new RegistryClient({
      ...OPTIONS,
      apiAddress: `127.0.0.1:${port}`,
      authUrl: `http://127.0.0.1:${port}`,
    });
    expect(await other.childrenOf({ bucket: "any" })).toEqual([]);
    expect(statuses).toEqual([]);
  });
});

describe("the environment", () => {
  const GOOD = { HCP_CLIENT_ID: "id", HCP_CLIENT_SECRET: "secret" };

  it("is read as Packer's SDK reads it", () => {
    expect(optionsFromEnvironment(GOOD)).toEqual({
      clientId: "id",
      clientSecret: "secret",
      apiAddress: "api.cloud.hashicorp.com:443",
      apiTls: "verify",
      authUrl: "https://auth.idp.hashicorp.com",
      authTls: "verify",
    });
    expect(
      optionsFromEnvironment({
        ...GOOD,
        HCP_API_ADDRESS: "127.0.0.1:8080",
        HCP_API_TLS: "disabled",
        HCP_AUTH_URL: "https://127.0.0.1:8443",
        HCP_AUTH_TLS: "insecure",
        HCP_ORGANIZATION_ID: "o",
        HCP_PROJECT_ID: "p",
      }),
    ).toMatchObject({
      apiAddress: "127.0.0.1:8080",
      apiTls: "disabled",
      authTls: "insecure",
      organizationId: "o",
      projectId: "p",
    });
  });

  it("that is wrong is told in one error", () => {
    expect(() =>
      optionsFromEnvironment({ HCP_API_TLS: "off", HCP_PROJECT_ID: "p", HCP_CLIENT_ID: "id" }),
    ).toThrow(/HCP_ORGANIZATION_ID.*HCP_CLIENT_SECRET.*HCP_API_TLS/s);
  });
});
