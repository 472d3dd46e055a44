import { zstdCompressSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { startTestRegistry } from "./support/test-registry.ts";

const { app, client } = await startTestRegistry({ publicUrl: "https://registry.example.com" });
const { ok, code } = client;

const CYCLONE = JSON.stringify({ bomFormat: "CycloneDX", components: [{ name: "openssl" }] });
const SPDX = JSON.stringify({ spdxVersion: "SPDX-2.3", packages: [] });
const compress = (text: string) => zstdCompressSync(text).toString("base64");

let path = "";
let count = 0;

beforeEach(async () => {
  count += 1;
  const bucket = `sboms-${count}`;
  await ok("PUT", "/buckets", { name: bucket });
  await ok("POST", `/buckets/${bucket}/versions`, { fingerprint: "fp" });
  const { build } = await ok("POST", `/buckets/${bucket}/versions/fp/builds`, {
    component_type: "docker.a",
  });
  path = `/buckets/${bucket}/versions/fp/builds/${build.id}`;
});

async function download(name: string): Promise<{ status: number; body: string }> {
  const { download_url: url } = await ok("GET", `${path}/sboms/${name}`);
  expect(url).toMatch(/^https:\/\/registry\.example\.com\/downloads\/sboms\//);
  const answer = await app.inject({ url: new URL(url).pathname });
  return { status: answer.statusCode, body: answer.body };
}

describe("an SBOM", () => {
  it("is uploaded compressed, listed, and downloaded as its JSON by a link", async () => {
    const { sbom } = await ok("PUT", `${path}/sboms`, {
      compressed_sbom: compress(CYCLONE),
      format: "CYCLONEDX",
      name: "packages",
    });
    expect(sbom).toMatchObject({ name: "packages", format: "CYCLONEDX" });
    await ok("POST", `${path}/sboms`, { compressed_sbom: compress(SPDX), format: "SPDX" });
    const { sboms } = await ok("GET", `${path}/sboms`);
    expect(sboms).toMatchObject([
      { name: "packages", format: "CYCLONEDX" },
      { name: expect.stringMatching(/^[0-9a-z]{26}$/), format: "SPDX" },
    ]);
    expect(await download("packages")).toEqual({ status: 200, body: CYCLONE });
    expect(await download(sboms[1].name)).toEqual({ status: 200, body: SPDX });
    expect(await code("GET", `${path}/sboms/none`)).toBe(5);
  });

  it("replaces one of the same name while the build is not done", async () => {
    const upload = (text: string) =>
      ok("PUT", `${path}/sboms`, {
        compressed_sbom: compress(text),
        format: "SPDX",
        name: "packages",
      });
    await upload(SPDX);
    await upload(JSON.stringify({ spdxVersion: "SPDX-2.3", packages: ["newer"] }));
    expect((await ok("GET", `${path}/sboms`)).sboms).toHaveLength(1);
    expect((await download("packages")).body).toContain("newer");
    await ok("PATCH", path, {
      status: "BUILD_DONE",
      platform: "docker",
      artifacts: [{ external_identifier: "x", region: "" }],
    });
    const late = { compressed_sbom: compress(SPDX), format: "SPDX", name: "packages" };
    expect(await code("PUT", `${path}/sboms`, late)).toBe(9);
  });

  it.each([
    ["text that is not compressed", Buffer.from(SPDX).toString("base64"), "SPDX"],
    ["what is no JSON", compress("<bom/>"), "SPDX"],
    ["another format", compress(SPDX), "CYCLONEDX"],
    ["JSON of neither format", compress("[]"), "SPDX"],
    ["an unknown format", compress(SPDX), "XML"],
    ["what is no base64", "!!!", "SPDX"],
    ["64 MB in 10 kB", compress(`"${" ".repeat(67_108_864)}"`), "SPDX"],
  ])("is refused for %s", async (_, compressed_sbom, format) => {
    expect(await code("PUT", `${path}/sboms`, { compressed_sbom, format })).toBe(3);
    expect((await ok("GET", `${path}/sboms`)).sboms).toEqual([]);
  });

  it.each(["ab", "a_b", "x".repeat(37), "../x"])("is refused under the name %j", async (name) => {
    const body = { compressed_sbom: compress(SPDX), format: "SPDX", name };
    expect(await code("PUT", `${path}/sboms`, body)).toBe(3);
  });

  it("is downloaded with a link that the registry signed, and with nothing else", async () => {
    for (const token of ["nonsense", client.token]) {
      const answer = await app.inject({ url: `/downloads/sboms/${token}` });
      expect(answer.json()).toMatchObject({ code: 16 });
    }
  });
});
