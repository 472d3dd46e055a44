import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig } from "tsdown";

/** One configuration for every published package: an entry for each of its `exports` and commands. */
const { exports, bin = {} } = JSON.parse(readFileSync("package.json", "utf8")) as {
  exports: Record<string, string>;
  bin?: Record<string, string>;
};
const sources = [...Object.values(exports), ...Object.values(bin)];

export default defineConfig({
  entry: sources.filter((path) => path.startsWith("./src/")),
  platform: "node",
  target: "node22.18",
  cwd: process.cwd(),
  tsconfig: resolve("tsconfig.json"),
  dts: true,
  sourcemap: true,
  publint: true,
  attw: { profile: "esm-only" },
});
