#!/usr/bin/env node
import { fileURLToPath } from "node:url";
import { run } from "./program.ts";

const { env: environment, stdin, stdout, stderr } = process;
process.exitCode = await run(
  process.argv.slice(2),
  { stdin, stdout, stderr, environment },
  fileURLToPath(new URL("../../page/dist", import.meta.url)),
);
