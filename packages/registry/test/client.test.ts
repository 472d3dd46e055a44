import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  optionsFromEnvironment,
  RegistryClient,
  type RegistryClientOptions,
} from "../src/index.ts";
import { artifact, clientFor, optionsFor } from "./support/client.ts";
import { publish } from "./support/publish.ts";
import { startTestRegistry } from "./support/test-registry.ts";

const registry = await startTestRegistry();
const { organizationId, projectId } = registry.client.principal;
const { ok } = registry.client;
const OPTIONS = await optionsFor(registry);
const client = clientFor(OPTIONS);

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
    expect(await client.builtOn("base-1", { platform: "test" })).toMatchObject([
      { parent: { bucket: "lookup-base" }, sourceExternalIdentifier: "base-1" },
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

/** A server of the test's own, which is gone after it. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return `127.0.0.1:${port}`;
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function optionsAt(apiAddress: string): RegistryClientOptions {
  return { ...OPTIONS, apiAddress, authUrl: `http://${apiAddress}` };
}

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
    expect(await fails({ authUrl: `${OPTIONS.authUrl}/x`, authTls: "disabled" })).toMatchObject({
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
    await using other = new RegistryClient(await optionsFor(brief));
    const ask = async () => await other.childrenOf({ bucket: "none" }).catch((error) => error);
    expect(await ask()).toMatchObject({ code: "NOT_FOUND" });
    await sleep(1_100);
    expect(await ask()).toMatchObject({ code: "NOT_FOUND" });
  });

  it("gets a new token where the server refuses one that should still be good", async () => {
    let tokens = 0;
    const address = await serve((request, response) => {
      if (request.url === "/oauth2/token") {
        tokens += 1;
        answer(response, 200, { access_token: `t${tokens}`, expires_in: 3600 });
        return;
      }
      const isNew = request.headers.authorization === "Bearer t2";
      answer(response, isNew ? 200 : 401, isNew ? {} : { code: 16, message: "no", details: [] });
    });
    await using other = new RegistryClient(optionsAt(address));
    const ask = async () => await other.childrenOf({ bucket: "any" });
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([[], [], []]);
    expect(tokens).toBe(2);
  });

  it("tries again where the server is restarting or asks to slow down", async () => {
    const statuses = [503, 429, 502];
    const address = await serve((request, response) => {
      const status = request.url === "/oauth2/token" ? 200 : (statuses.shift() ?? 200);
      answer(response, status, { access_token: "t", expires_in: 60, relations: [] });
    });
    await using other = new RegistryClient(optionsAt(address));
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
