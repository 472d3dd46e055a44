import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { publish } from "./support/publish.ts";
import { startTestRegistry } from "./support/test-registry.ts";

const registry = await startTestRegistry();
const { app } = registry;
const admin = await registry.join("admin");
const { organizationId, projectId } = admin.principal;
const root = `/packer/2023-01-01/organizations/${organizationId}/projects/${projectId}`;
const version = await publish(admin, { bucket: "target", fingerprint: "fp" });
const { enforced_block: block } = await admin.ok("PUT", "/enforced_blocks", {
  name: "block",
  block_content: "content",
});

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Every route of a project that takes a body, with a body that would do. */
const ROUTES: [Method, string, object][] = [
  ["PUT", "/buckets", { name: "made", description: "text", labels: { a: "b" } }],
  ["PATCH", "/buckets/target", { description: "text", labels: { a: "b" }, platforms: ["aws"] }],
  ["POST", "/buckets/target/versions", { fingerprint: "fp-2", template_type: "HCL2" }],
  ["PATCH", "/buckets/target/versions/fp", { complete: true, revoke_in: "", revoke_at: "" }],
  ["POST", "/buckets/target/versions/fp/builds", { component_type: "a", artifacts: [] }],
  [
    "PATCH",
    `/buckets/target/versions/fp/builds/${version.builds[0].id}`,
    {
      status: "BUILD_RUNNING",
      platform: "aws",
      labels: { a: "b" },
      metadata: { packer: { a: 1 }, vcs: null, cicd: [] },
      artifacts: [{ external_identifier: "x", region: "y" }],
    },
  ],
  [
    "PUT",
    `/buckets/target/versions/fp/builds/${version.builds[0].id}/sboms`,
    { compressed_sbom: "KLUv/SAHOQAAeyJhIjoxfQ==", format: "SPDX", name: "sbom" },
  ],
  ["POST", "/buckets/target/channels", { name: "made", version_fingerprint: "fp" }],
  ["PATCH", "/buckets/target/channels/latest", { update_mask: "restricted", restricted: false }],
  ["POST", "/buckets/target/channels/assign", { source_channel: "latest", target_channel: "made" }],
  ["POST", "/_search/external_artifact", { external_identifier: "x", platform: "", region: "" }],
  ["PUT", "/enforced_blocks", { name: "made", block_content: "text", labels: {} }],
  ["PATCH", `/enforced_blocks/${block.id}`, { name: "renamed", labels: {}, update_mask: "" }],
  ["PUT", `/enforced_blocks/${block.id}/versions`, { block_content: "text", version: "2" }],
  ["PATCH", "/registry", { update_mask: "featureTier", feature_tier: "PLUS" }],
];

const text = fc.oneof(
  // As `fc.string({ unit: "binary" })`, which takes a second to be made.
  fc.array(fc.nat(0x10ffff)).map((codes) => String.fromCodePoint(...codes).toWellFormed()),
  fc.constantFrom("\0", "\ud800", "a\u0000b", "'; DROP TABLE buckets; --", "$1", "%00", "\u202e"),
  fc.string({ minLength: 500, maxLength: 2000 }),
);
const value = fc.oneof(
  { weight: 3, arbitrary: text },
  fc.jsonValue(),
  fc.constantFrom(null, true, -1, 2 ** 53, 1e308, [], {}, [[]]),
);

/** A body that would do, with some of its fields, or of the fields within, replaced or added. */
function spoiled(body: object): fc.Arbitrary<unknown> {
  const keys = Object.keys(body);
  return fc.oneof(
    { weight: 1, arbitrary: fc.jsonValue() },
    {
      weight: 4,
      arbitrary: fc
        .array(fc.tuple(fc.oneof(fc.constantFrom(...keys), text), value), {
          minLength: 1,
          maxLength: 3,
        })
        .map((changes) => ({ ...body, ...Object.fromEntries(changes) })),
    },
    {
      weight: 1,
      arbitrary: fc
        .dictionary(text, value, { maxKeys: 5 })
        .map((labels) => ({ ...body, labels, metadata: { packer: labels } })),
    },
  );
}

function expectRefusalOrSuccess(answer: { statusCode: number; body: string }, what: string): void {
  expect(answer.statusCode, `${what}: ${answer.body}`).toBeLessThan(500);
  if (answer.statusCode === 200) return;
  expect(JSON.parse(answer.body), what).toEqual({
    code: expect.any(Number),
    message: expect.any(String),
    details: [],
  });
}

describe("random and hostile requests", () => {
  it.each(ROUTES)("%s %s never fails, whatever the body", async (method, path, body) => {
    await fc.assert(
      fc.asyncProperty(spoiled(body), async (payload) => {
        const answer = await app.inject({
          method,
          url: root + path,
          headers: { authorization: `Bearer ${admin.token}`, "content-type": "application/json" },
          payload: JSON.stringify(payload),
        });
        expectRefusalOrSuccess(answer, `${method} ${path} ${JSON.stringify(payload)}`);
      }),
      { numRuns: 40 },
    );
  });

  it("never fail for a path or a query", async () => {
    await fc.assert(
      fc.asyncProperty(text, text, async (segment, query) => {
        const name = encodeURIComponent(segment.toWellFormed()) || "x";
        const url = `${root}/buckets/${name}/versions/${name}?${new URLSearchParams({
          "pagination.page_size": query,
          rollback_channels: query,
        })}`;
        for (const method of ["GET", "DELETE"] as const) {
          const headers = { authorization: `Bearer ${admin.token}` };
          expectRefusalOrSuccess(await app.inject({ method, url, headers }), `${method} ${url}`);
        }
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ["no JSON", "application/json", "{"],
    ["a body of another kind", "text/xml", "<a/>"],
    ["no kind at all", "", "{}"],
    ["too much", "application/json", JSON.stringify({ name: "x".repeat(1_100_000) })],
    ["a prototype", "application/json", '{"name":"abc","__proto__":{"admin":true}}'],
    ["a constructor", "application/json", '{"constructor":{"prototype":{"admin":true}}}'],
    ["a deep nest", "application/json", `${'{"labels":'.repeat(5000)}1${"}".repeat(5000)}`],
    ["half a surrogate pair", "application/json", '{"name":"abc","description":"\\ud800"}'],
    ["NUL", "application/json", '{"name":"abc","description":"\\u0000"}'],
  ])("are refused for %s", async (_, type, payload) => {
    const answer = await app.inject({
      method: "PUT",
      url: `${root}/buckets`,
      headers: { authorization: `Bearer ${admin.token}`, "content-type": type },
      payload,
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 3, details: [] });
  });

  it("are answered in the gateway's form where no route is", async () => {
    for (const [url, code] of [
      ["/nothing", 5],
      [`${root}/nothing`, 5],
      [`${root}/runtasks/validation`, 12],
      [`${root}/buckets/target/packages`, 12],
      [`/packer/2021-04-30/organizations/o/projects/p/images`, 12],
      [`${root}/buckets/%E0%A4%A`, 3],
    ] as const) {
      const headers = { authorization: `Bearer ${admin.token}` };
      const answer = await app.inject({ url, headers });
      expect(answer.json(), url).toMatchObject({ code, details: [] });
    }
  });
});
