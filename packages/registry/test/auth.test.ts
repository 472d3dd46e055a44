import { describe, expect, it } from "vitest";
import { revokePrincipal } from "../src/principals/principals.ts";
import { newSecret } from "../src/server/auth/secrets.ts";
import { tokenSigner } from "../src/server/auth/tokens.ts";
import { principals, signingKeys } from "../src/storage/schema/index.ts";
import { startTestRegistry } from "./support/test-registry.ts";

const registry = await startTestRegistry({ tokensPerMinute: 20 });
const { app, client, database } = registry;
const { clientId, clientSecret } = client.principal;

function askToken(form: Record<string, string>, headers: Record<string, string> = {}) {
  return app.inject({
    method: "POST",
    url: "/oauth2/token",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    payload: new URLSearchParams(form).toString(),
  });
}

function ask(token: string) {
  return app.inject({
    url: "/resource-manager/2019-12-10/organizations",
    headers: { authorization: `Bearer ${token}` },
  });
}

describe("a token", () => {
  const credentials = { client_id: clientId, client_secret: clientSecret };

  it("is given for the form's credentials, and for those of the header", async () => {
    const form = await askToken({ grant_type: "client_credentials", ...credentials });
    expect(form.json()).toEqual({
      access_token: expect.any(String),
      token_type: "bearer",
      expires_in: 3600,
    });
    expect(form.headers["cache-control"]).toBe("no-store");
    const basic = Buffer.from(`${clientId}:${encodeURIComponent(clientSecret)}`).toString("base64");
    const header = await askToken(
      { grant_type: "client_credentials", audience: "https://api.hashicorp.cloud" },
      { authorization: `Basic ${basic}` },
    );
    expect((await ask(header.json().access_token)).statusCode).toBe(200);
  });

  it.each([
    [{ grant_type: "client_credentials", client_id: "nobody", client_secret: "x" }, 401, 16],
    [{ grant_type: "client_credentials", ...credentials, client_secret: "wrong" }, 401, 16],
    [{ grant_type: "client_credentials" }, 401, 16],
    [{ grant_type: "password", ...credentials }, 400, 3],
    [{}, 400, 3],
    [{ grant_type: "x".repeat(100) }, 400, 3],
  ])("is refused for %j", async (form, status, code) => {
    const answer = await askToken(form as Record<string, string>);
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toEqual({
      code,
      message: expect.any(String),
      details: [],
      error: expect.stringMatching(/^invalid_(client|request)$/),
      error_description: expect.any(String),
    });
    expect(answer.body).not.toContain(clientSecret);
  });

  it("is taken from who signed it, for what it is for, until it expires", async () => {
    const [key] = await database.select().from(signingKeys);
    const signer = tokenSigner(key?.secret ?? "");
    const audience = "https://api.hashicorp.cloud";
    expect((await ask(await signer.sign(audience, clientId, 60))).statusCode).toBe(200);
    const refused = [
      await signer.sign(audience, clientId, -1),
      await signer.sign("packerkit-registry/sbom", clientId, 60),
      await signer.sign(audience, "nobody", 60),
      await tokenSigner(newSecret()).sign(audience, clientId, 60),
      `${client.token}x`,
      "nonsense",
      "",
    ];
    for (const token of refused) {
      const answer = await ask(token);
      expect(answer.statusCode).toBe(401);
      expect(answer.json()).toMatchObject({ code: 16, details: [] });
    }
  });

  it("of a revoked principal is refused, and no new one is given", async () => {
    const joined = await registry.join("admin");
    const { principal } = joined;
    await revokePrincipal(database, principal.clientId);
    expect((await ask(joined.token)).statusCode).toBe(401);
    const form = { grant_type: "client_credentials", client_id: principal.clientId };
    const answer = await askToken({ ...form, client_secret: principal.clientSecret });
    expect(answer.statusCode).toBe(401);
    await expect(revokePrincipal(database, principal.clientId)).rejects.toThrow(
      expect.objectContaining({ code: "NOT_FOUND" }),
    );
  });
});

describe("a secret", () => {
  it("is stored as a salted hash", async () => {
    const rows = await database.select().from(principals);
    expect(rows.length).toBeGreaterThan(1);
    for (const row of rows) {
      expect(row.secretHash).toMatch(/^scrypt:[\w-]{22}:[\w-]{43}$/);
      expect(row.secretHash).not.toContain(clientSecret);
    }
    expect(new Set(rows.map((row) => row.secretHash)).size).toBe(rows.length);
  });
});

describe("a role", () => {
  it("lets a viewer read, a contributor publish, an admin change the registry", async () => {
    const viewer = await registry.join("viewer");
    const admin = await registry.join("admin");
    const bucket = ["PUT", "/buckets", { name: "by-role" }] as const;
    expect(await viewer.code(...bucket)).toBe(7);
    await client.ok(...bucket);
    await viewer.ok("GET", "/buckets/by-role");
    await viewer.ok("POST", "/_search/external_artifact", { external_identifier: "x" });
    expect(await viewer.code("PATCH", "/buckets/by-role", {})).toBe(7);
    expect(await viewer.code("POST", "/buckets/by-role/channels", { name: "mine" })).toBe(7);
    const block = ["PUT", "/enforced_blocks", { name: "a", block_content: "b" }] as const;
    expect(await client.code(...block)).toBe(7);
    await admin.ok(...block);
    const tier = { update_mask: "featureTier", feature_tier: "STANDARD" };
    expect(await client.code("PATCH", "/registry", tier)).toBe(7);
    expect((await admin.ok("PATCH", "/registry", tier)).registry.config.feature_tier).toBe(
      "STANDARD",
    );
  });
});

describe("who asks too often", () => {
  it("is told to slow down: for tokens by address, else by principal", async () => {
    const hasty = await startTestRegistry({ requestsPerSecond: 5, tokensPerMinute: 5 });
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => hasty.client.call("GET", "/buckets")),
    );
    expect(answers.filter((answer) => answer.status === 200).length).toBeLessThanOrEqual(10);
    const limited = answers.find((answer) => answer.status === 429);
    expect(limited?.body).toEqual({
      code: 8,
      message: expect.stringContaining("5 requests in a second"),
      details: [],
    });
    const tokens = await Promise.all(
      Array.from({ length: 8 }, () =>
        hasty.app.inject({ method: "POST", url: "/oauth2/token", payload: {} }),
      ),
    );
    expect(tokens.at(-1)?.json()).toMatchObject({ code: 8 });
  });
});
