/**
 * Runs a daemon in a private folder on behalf of another process, and outlives that process by just long enough to
 * end the daemon and remove the folder, however the other process ended:
 *
 *     node daemon-keeper.ts FOLDER COMMAND [ARGUMENT…]
 *
 * The end of standard input means: end the daemon. A line `kill` there means: kill it now, and keep the folder.
 * On standard output one line is written when the daemon has ended by itself. Its own output goes to FOLDER/log.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/** How long a daemon may take to end by itself, in milliseconds. */
const GRACE = 3000;

const [folder, command, ...args] = process.argv.slice(2) as [string, string, ...string[]];
const log = openSync(`${folder}/log`, "a", 0o600);
const daemon = spawn(command, args, { detached: true, stdio: ["ignore", log, log] });
const ended = once(daemon, "close").then(
  async ([code, signal]) => {
    await groupEnded();
    process.stdout.write(`ended with ${signal ?? `exit code ${code}`}\n`);
  },
  (error: Error) => process.stdout.write(`could not be started: ${error.message}\n`),
);

// A terminal's Ctrl-C is for the process that we keep the daemon for: that it ends is what counts.
process.on("SIGINT", () => {});
process.stdout.on("error", () => {});

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  if (line === "kill") signalAll("SIGKILL");
});
await once(lines, "close");

signalAll("SIGTERM");
const timer = new AbortController();
const overdue = sleep(GRACE, undefined, { signal: timer.signal }).then(
  () => signalAll("SIGKILL"),
  () => {},
);
await ended;
timer.abort();
await overdue;
await rm(folder, { recursive: true, force: true, maxRetries: 10 });

/** Resolves once the processes that the daemon had in its group are gone as well, or have outlived the grace. */
async function groupEnded(): Promise<void> {
  for (const deadline = performance.now() + GRACE; performance.now() < deadline; ) {
    try {
      process.kill(-(daemon.pid as number), 0);
    } catch {
      return;
    }
    await sleep(10);
  }
}

/** Signals the daemon and everything in its process group. */
function signalAll(signal: NodeJS.Signals): void {
  if (daemon.pid === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return;
  process.kill(-daemon.pid, signal);
}
