import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it, onTestFinished, vi } from "vitest";
import { lockFolder } from "../src/storage/folder-lock.ts";
import { newFolder } from "./support/shared-store.ts";

it.each([
  ["is gone", JSON.stringify({ pid: 2 ** 22 + 1, started: "" })],
  ["was another one's", JSON.stringify({ pid: process.pid, started: "another boot:1" })],
  ["is not known, for the lock was cut short", '{"pid":'],
  ["is not known, for the lock is empty", ""],
])("a folder is taken over from a process that %s", async (_what, left) => {
  const folder = await newFolder();
  const path = join(folder, "server.lock");
  await writeFile(path, left);
  const lock = await lockFolder(folder);
  expect(JSON.parse(await readFile(path, "utf8")).pid).toBe(process.pid);
  await lock.release();
});

it("a folder is taken over from a process that was killed, and that its parent has not waited for", async () => {
  const folder = await newFolder();
  const holder = await lockUnattended(folder);
  await expect(lockFolder(folder)).rejects.toMatchObject({ code: "STORE_IN_USE" });
  process.kill(holder, "SIGKILL");
  // Its threads take a moment to end.
  const lock = await vi.waitFor(async () => await lockFolder(folder), { timeout: 20_000 });
  expect(await readFile(`/proc/${holder}/stat`, "utf8")).toContain(") Z ");
  expect(JSON.parse(await readFile(join(folder, "server.lock"), "utf8")).pid).toBe(process.pid);
  await lock.release();
});

it("a folder goes to one of those who want it at once", async () => {
  const folder = await newFolder();
  const taken = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
  expect(taken.filter((one) => one.status === "fulfilled")).toHaveLength(1);
});

/** A process that has locked the folder, and whose parent never waits for it; its id. */
async function lockUnattended(folder: string): Promise<number> {
  const script = `const { lockFolder } = await import(process.argv[1]);
    const { pid } = process;
    lockFolder(process.argv[2]).then(() => console.log(pid));
    setInterval(() => {}, 60_000);`;
  const module = join(import.meta.dirname, "../src/storage/folder-lock.ts");
  const command = '"$@" & exec tail -f /dev/null';
  const node = [process.execPath, "--input-type=module", "--eval", script, module, folder];
  const parent = spawn("sh", ["-c", command, "sh", ...node], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(async () => await end(parent));
  const [line] = await once(createInterface({ input: parent.stdout }), "line");
  const holder = Number(line);
  onTestFinished(() => {
    process.kill(holder, "SIGKILL");
  });
  return holder;
}

async function end(parent: ChildProcess): Promise<void> {
  parent.kill("SIGKILL");
  if (parent.exitCode === null && parent.signalCode === null) await once(parent, "exit");
}
