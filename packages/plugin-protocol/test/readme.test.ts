import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("the README names every error code", () => {
  const readme = read("../README.md");
  const codes = [...read("../src/errors.ts").matchAll(/^ {2}\| "([A-Z_]+)"/gm)].map(
    ([, code]) => code,
  );
  expect(codes.length).toBeGreaterThan(5);
  for (const code of codes) expect(readme).toContain(`\`${code}\``);
});

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), "utf8");
}
