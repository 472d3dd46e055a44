import { execFile } from "node:child_process";
import { globSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
const SOURCES = ["src/**/*", "index.html", "vite.config.ts", "package.json"];

/**
 * The folder of the built page, which is built first where it is missing or older than its sources.
 *
 * @throws {Error} with what Vite says, where it cannot be built.
 */
export async function buildPage(): Promise<string> {
  if (isFresh()) return dist;
  const vite = join(createRequire(import.meta.url).resolve("vite/package.json"), "../bin/vite.js");
  const run = promisify(execFile);
  const env = { ...process.env, NODE_ENV: "production" };
  try {
    await run(process.execPath, [vite, "build", "--logLevel", "warn"], { cwd: root, env });
  } catch (cause) {
    const { stderr, message } = cause as Error & { stderr?: string };
    throw new Error(`the registry's page cannot be built: ${stderr || message}`, { cause });
  }
  return dist;
}

function isFresh(): boolean {
  const built = statSync(join(dist, "index.html"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = SOURCES.flatMap((pattern) => globSync(pattern, { cwd: root }));
  return sources.every((path) => statSync(join(root, path)).mtimeMs <= built);
}
