import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { beforeAll, describe, expect, it, vi } from "vitest";

describe("the built page", () => {
  const files = new Map<string, string>();

  beforeAll(async () => {
    // Else React comes with what only its developers need.
    vi.stubEnv("NODE_ENV", "production");
    const result = await build({
      root: resolve(import.meta.dirname, ".."),
      logLevel: "silent",
      build: { write: false },
    });
    for (const file of (result as Rolldown.RolldownOutput).output) {
      files.set(file.fileName, file.type === "chunk" ? file.code : String(file.source));
    }
  });

  it("has nothing inline that a strict Content-Security-Policy would refuse", () => {
    const html = files.get("index.html") ?? "";
    expect(html).toContain('<script type="module"');
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son\w+=|data:/i);
  });

  it("asks nobody but its own server for anything, from whatever folder it is served", () => {
    const html = files.get("index.html") ?? "";
    const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
    expect(addresses.length).toBeGreaterThan(2);
    for (const address of addresses) expect(address).toMatch(/^\.\/assets\/[\w.-]+-[\w-]{8}\.\w+$/);
    for (const [name, text] of files) {
      if (name.endsWith(".css")) expect(text).not.toMatch(/url\((?!['"]?#)/);
    }
  });

  it("comes in a size that a phone takes, and the graph only once it is looked at", () => {
    const sizes = [...files].map(([name, text]) => ({ name, size: gzipSync(text).length }));
    const first = sizes.filter(({ name }) => !name.includes("family-graph"));
    expect(sizes.length).toBeGreaterThan(first.length);
    expect(first.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(120_000);
  });
});
