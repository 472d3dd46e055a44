#!/usr/bin/env node
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { run } from "./program.ts";

const { env: environment, stdin, stdout, stderr } = process;
const terminal = { stdin, stdout, stderr, environment };
process.exitCode = await run(process.argv.slice(2), terminal, pageFolder);

/** The page's files: beside the published code, or in this workspace, where they are built first if need be. */
async function pageFolder(): Promise<string> {
  const published = fileURLToPath(new URL("../page", import.meta.url));
  if (existsSync(published)) return published;
  const workspace = import.meta.resolve("@packerkit/registry-page/folder");
  const { buildPage } = (await import(workspace)) as { buildPage: () => Promise<string> };
  return await buildPage();
}
