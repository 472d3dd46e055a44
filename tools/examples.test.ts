import { existsSync, globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";

// Runs in every package and app: what its README and its doc comments show is what examples/*.ts do.
const root = process.cwd();
const examples = globSync("examples/*.ts", { cwd: root }).toSorted();
const exampleText = examples.map((path) => normalise(readFileSync(resolve(root, path), "utf8")));

describe("examples", () => {
  it("the package has a README with an example", () => {
    expect(existsSync(resolve(root, "README.md")), "README.md is missing").toBe(true);
    expect(examples, "examples/ is empty").not.toEqual([]);
  });

  it.each(examples)("%s runs", { timeout: 60_000 }, async (path) => {
    await import(pathToFileURL(resolve(root, path)).href);
  });

  it.each(shownCode())("$path:$line is part of an example", ({ code }) => {
    const found = exampleText.some((text) => text.includes(normalise(code)));
    expect(found, `no file of examples/ has these lines:\n${code}`).toBe(true);
  });
});

/** Every block of TypeScript in the README and in doc comments. */
function shownCode(): { path: string; line: number; code: string }[] {
  const paths = ["README.md", ...globSync("src/**/*.ts", { cwd: root }).toSorted()];
  return paths
    .filter((path) => existsSync(resolve(root, path)))
    .flatMap((path) => {
      const text = readFileSync(resolve(root, path), "utf8");
      const fence =
        path === "README.md" ? /^```ts\n(.*?)^```$/gms : /^ *\* ```ts\n(.*?)^ *\* ```$/gms;
      return [...text.matchAll(fence)].map((match) => ({
        path,
        line: text.slice(0, match.index).split("\n").length,
        code: (match[1] ?? "").replaceAll(/^ *\* ?/gm, (prefix) =>
          path === "README.md" ? prefix : "",
        ),
      }));
    });
}

/** Leading and trailing white space, empty lines and comments that tell a result do not count. */
function normalise(code: string): string {
  return code
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("// →"))
    .join("\n");
}
