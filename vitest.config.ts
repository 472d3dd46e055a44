import { join } from "node:path";
import { defineConfig } from "vitest/config";

// Workers, and the plugins and commands that tests start, would each compile the same modules anew.
process.env["NODE_COMPILE_CACHE"] ??= join(import.meta.dirname, "node_modules/.cache/compile");

/** One configuration for every package; each runs it with its own folder as the root. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", `${import.meta.dirname}/tools/*.test.ts`],
    reporters: ["default", "json"],
    outputFile: { json: ".vitest/report.json" },
    testTimeout: 20_000,
    // No test replaces a module, so the files of a worker share what they import: a third less work.
    isolate: false,
  },
});
