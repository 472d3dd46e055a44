import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { startTestRegistry } from "./support/test-registry.ts";

const folder = await mkdtemp(join(tmpdir(), "packerkit-page-"));
await mkdir(join(folder, "assets"));
await writeFile(join(folder, "index.html"), "<title>Registry</title>");
await writeFile(join(folder, "assets/app.js"), "export {};");
await writeFile(join(folder, "..", "packerkit-secret.txt"), "secret");
const { app } = await startTestRegistry({ pageFolder: folder });
afterAll(async () => {
  await rm(folder, { recursive: true });
  await rm(join(folder, "..", "packerkit-secret.txt"));
});

describe("the page", () => {
  it("is served under every address that is not the API's, with a policy that keeps out foreign code", async () => {
    for (const url of ["/", "/buckets/web-base", "/buckets/web-base?tab=channels"]) {
      const answer = await app.inject(url);
      expect(answer.statusCode, url).toBe(200);
      expect(answer.body).toContain("<title>Registry</title>");
      expect(answer.headers["content-security-policy"]).toContain("default-src 'self'");
      expect(answer.headers["x-content-type-options"]).toBe("nosniff");
    }
    const script = await app.inject("/assets/app.js");
    expect(script.headers["content-type"]).toContain("javascript");
  });

  it("leaves the API's answers alone", async () => {
    for (const url of ["/packer/2023-01-01/nothing", "/oauth2/nothing", "/assets/missing.js"]) {
      const answer = await app.inject(url);
      expect(answer.statusCode, url).toBe(404);
      expect(answer.json()).toMatchObject({ code: 5, details: [] });
    }
    expect((await app.inject("/healthz")).json()).toEqual({ status: "ok" });
  });

  it("shows nothing outside of its folder", async () => {
    for (const url of [
      "/../packerkit-secret.txt",
      "/..%2fpackerkit-secret.txt",
      "/assets/..%2f..%2fpackerkit-secret.txt",
      "/%2e%2e/packerkit-secret.txt",
      "/assets/%00.js",
      "/%E0%A4%A.js",
    ]) {
      const answer = await app.inject(url);
      expect(answer.body, url).not.toBe("secret");
      expect(answer.statusCode, url).toBeLessThan(500);
    }
  });
});
