import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { PeerError } from "./peer-error.ts";

const keeper = fileURLToPath(new URL("daemon-keeper.ts", import.meta.url));

/** What to run, and how to see that it is there. */
export interface DaemonOptions {
  /** The peer's name, for messages. */
  peer: string;
  /** The command line, which stays in the foreground. Puts into the daemon's private folder what it needs. */
  command(folder: string): Promise<readonly string[]>;
  /** Resolves once the daemon answers; a rejection means: not yet. */
  probe(folder: string): Promise<unknown>;
  /** How long it may take until `probe` resolves, in milliseconds. Default: 30,000. */
  readyWithin?: number;
}

/** A daemon that runs for this process, and ends with it even where this process is killed. */
export interface Daemon {
  /** A folder of mode 0700 that is removed with the daemon. Short enough for a socket in it. */
  readonly folder: string;
  /** Kills the daemon without warning, as a crash would. The folder stays until {@link stop}. */
  kill(): Promise<void>;
  /** Ends the daemon and removes its folder. Twice is harmless. */
  stop(): Promise<void>;
}

/**
 * Starts a daemon and waits until it answers.
 *
 * @throws {PeerError} `PEER_NOT_READY` where it ends, or does not answer in time, with the end of its log.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const folder = await mkdtemp(join(tmpdir(), `pk-${options.peer}-`));
  const command = await options.command(folder);
  // In a group of its own: a terminal's Ctrl-C would end the keeper before it has cleaned up.
  const child = spawn(process.execPath, [keeper, folder, ...command], {
    detached: true,
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.on("error", () => {}); // a keeper that is gone need not be told anything
  const closed = once(child, "close");
  const ended = Promise.race([once(child.stdout, "data"), closed]).then(String);
  const stop = async () => {
    child.stdin.end();
    await closed;
  };
  const kill = async () => {
    child.stdin.write("kill\n");
    await ended;
  };
  try {
    await waitUntilReady(folder, ended, options);
  } catch (error) {
    await stop();
    throw error;
  }
  return { folder, kill, stop };
}

async function waitUntilReady(
  folder: string,
  ended: Promise<string>,
  { peer, probe, readyWithin = 30_000 }: DaemonOptions,
): Promise<void> {
  let problem: string | undefined;
  ended.then((how) => {
    problem = how.trim();
  });
  const deadline = performance.now() + readyWithin;
  for (;;) {
    try {
      await probe(folder);
      return;
    } catch (cause) {
      if (performance.now() > deadline) problem ??= `did not answer in ${readyWithin} ms`;
      if (problem !== undefined) {
        const log = await readLogEnd(folder);
        throw new PeerError("PEER_NOT_READY", peer, `${problem}\n${log}`, { cause });
      }
      await sleep(50);
    }
  }
}

async function readLogEnd(folder: string): Promise<string> {
  const log = await readFile(`${folder}/log`, "utf8").catch(() => "");
  return log.trimEnd().split("\n").slice(-15).join("\n");
}
