import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

const COMMAND = resolve(import.meta.dirname, "../src/command/bin.ts");
/** The code as it is published, which takes other packages as they are published too. */
const BUILT = [
  "--import",
  resolve(import.meta.dirname, "published.mjs"),
  resolve(import.meta.dirname, "../dist/command/bin.mjs"),
];

/** Ticks of the kernel's clock in a second, in which it counts CPU time. */
const TICKS = 100;

/** `packerkit-registry serve` in a process of its own. */
export interface ServerProcess {
  url: string;
  environment: Record<string, string>;
  /** From its start until it listened, in milliseconds. */
  startedIn: number;
  /** CPU time so far, in seconds. */
  cpu(): number;
  /** Resident memory in megabytes: now, and at the most since it started. */
  memory(): { now: number; peak: number };
  stop(): Promise<void>;
}

/** Starts a server on the PostgreSQL of a URL or on a folder; `built` takes the code as it is published. */
export async function startServer(
  store: { databaseUrl: string } | { folder: string },
  { built = false } = {},
): Promise<ServerProcess> {
  const folder = "folder" in store ? ["--folder", store.folder] : [];
  const ports = ["--port", "0", "--tls-port", "0"];
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [
      ...(built ? BUILT : [COMMAND]),
      "serve",
      "--json",
      ...ports,
      "--rate-limit",
      "1000000",
      ...folder,
    ],
    {
      env: { ...process.env, DATABASE_URL: "databaseUrl" in store ? store.databaseUrl : undefined },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const { url, environment } = JSON.parse(await firstLine(child));
  return {
    url,
    environment,
    startedIn: performance.now() - started,
    cpu: () => cpuOf(child.pid),
    memory: () => memoryOf(child.pid),
    stop: async () => {
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** CPU time of a process, in seconds; 0 where it is gone. */
export function cpuOf(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  } catch {
    return 0;
  }
}

function memoryOf(pid: number | undefined): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const field = (name: string) =>
    (Number(new RegExp(`${name}:\\s*(\\d+)`).exec(status)?.[1]) * 1024) / 1e6;
  return { now: field("VmRSS"), peak: field("VmHWM") };
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("the server has no output");
  for await (const line of createInterface(child.stdout)) return line;
  throw new Error("the server ended before it listened");
}
