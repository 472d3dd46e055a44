import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { rules } from "../src/index.ts";

it("the README lists every rule", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const listed = [...readme.matchAll(/^\| `(\S+\/\S+)` \| (.+) \|$/gm)].map(([, id, title]) => [
    id,
    title,
  ]);
  expect(listed).toEqual(rules.map(({ id, title }) => [id, title]));
});
