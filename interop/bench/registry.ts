import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { startPostgres } from "../src/postgres.ts";

// Prints how fast the registry is on a PostgreSQL of its own, which is gone afterwards.
const REGISTRY = resolve(import.meta.dirname, "../../packages/registry");

const postgres = await startPostgres();
try {
  const urls = [await postgres.createDatabase("few"), await postgres.createDatabase("many")];
  const bench = spawn(process.execPath, ["bench/bench.ts"], {
    cwd: REGISTRY,
    env: { ...process.env, BENCH_DATABASE_URLS: urls.join(" ") },
    stdio: "inherit",
  });
  const [code] = await once(bench, "exit");
  process.exitCode = code ?? 1;
} finally {
  await postgres.stop();
}
