import { defineConfig } from "vitest/config";

const minutes = 60_000;

/** One file after the other: the peers share two cores, and some of them one machine-wide resource. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 5 * minutes,
    // A hook may have to build a peer from nothing.
    hookTimeout: 30 * minutes,
    teardownTimeout: 1 * minutes,
    // A line for each case.
    reporters: ["verbose", "json"],
    outputFile: { json: ".vitest/report.json" },
  },
});
