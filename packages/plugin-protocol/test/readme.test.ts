import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const readme = read("../README.md");

test("the README shows the examples as they are", () => {
  for (const example of ["plugin.ts", "drive.ts"]) {
    expect(readme).toContain(`\`\`\`ts\n${read(`../examples/${example}`)}\`\`\``);
  }
});

test("the README names every error code", () => {
  const codes = [...read("../src/errors.ts").matchAll(/^ {2}\| "([A-Z_]+)"/gm)].map(
    ([, code]) => code,
  );
  expect(codes.length).toBeGreaterThan(5);
  for (const code of codes) expect(readme).toContain(`\`${code}\``);
});

test("the examples run", async () => {
  const drive = fileURLToPath(new URL("../examples/drive.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [drive]);
  expect(stdout).toMatch(/^\{ now: '\d{4}-\d\d-\d\dT[\d:.]+Z' \}\n$/);
});

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), "utf8");
}
