import { createHash, randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { describeFailure, type RunningCommand } from "../src/command.ts";
import { BASE_IMAGE } from "../src/docker-engine.ts";
import type { Packer } from "../src/packer.ts";
import { writeTemplate } from "../src/template.ts";
import type { DockerPlugins } from "./docker-plugins.ts";

/** What copying one file into a container and back took. */
export interface Transfer {
  upMegabytesPerSecond: number;
  downMegabytesPerSecond: number;
  /** The most memory that the plugin's process held at a time. */
  peakMegabytes: number;
  /** Of the plugin's process and of the programs that it ran. The machine's other work does not change it much. */
  cpuSeconds: number;
  /** Of the file, and of what came back. */
  checksums: { sent: string; received: string };
}

/** How to copy. */
export interface TransferOptions {
  packer: Packer;
  /** The size of the file, in bytes. */
  size: number;
  /** Says where the engine is. */
  env: Readonly<Record<string, string>>;
}

/** How long a build with its two transfers may take, in milliseconds. */
const TIMEOUT = 280_000;

/** Copies a file of random bytes into a container and back, with the docker plugin that this Packer has. */
export async function measureTransfer(options: TransferOptions): Promise<Transfer> {
  const { env, packer, size } = options;
  const noteTime = (name: string) =>
    `provisioner "shell-local" { inline = ["date +%s%N > ${name}"] }`;
  const made = await writeTemplate(
    packer,
    `source "docker" "transfer" {
  image   = "${BASE_IMAGE}"
  pull    = false
  discard = true
}
build {
  sources = ["source.docker.transfer"]
  ${noteTime("before")}
  provisioner "file" {
    source      = "sent"
    destination = "/tmp/sent"
  }
  ${noteTime("between")}
  provisioner "file" {
    direction   = "download"
    source      = "/tmp/sent"
    destination = "received"
  }
  ${noteTime("after")}
}
`,
  );
  try {
    await pipeline(Readable.from(randomBlocks(size)), createWriteStream(`${made.folder}/sent`));
    const how = { cwd: made.folder, env, timeout: TIMEOUT };
    const running = packer.run(["build", "template.pkr.hcl"], how);
    const use = await watchBuilder(packer, running);
    const result = await running;
    if (result.failed) throw new Error(`the transfer failed: ${describeFailure(result)}`);
    const times = await Promise.all(
      ["before", "between", "after"].map(async (name) => Number(await made.read(name)) / 1e9),
    );
    const [before = 0, between = 0, after = 0] = times;
    return {
      upMegabytesPerSecond: size / 1e6 / (between - before),
      downMegabytesPerSecond: size / 1e6 / (after - between),
      ...use,
      checksums: {
        sent: await checksumOf(`${made.folder}/sent`),
        received: await checksumOf(`${made.folder}/received`),
      },
    };
  } finally {
    await rm(made.folder, { recursive: true, force: true });
  }
}

/**
 * Measures both plugins in turn, and prints a line on each transfer. Of every number the best that any of the rounds
 * gave counts, since the machine's other work can only make one worse.
 */
export async function compareTransfers(
  plugins: DockerPlugins,
  size: number,
  rounds: number,
): Promise<Record<"official" | "ours", Transfer[]>> {
  const transfers = { official: [] as Transfer[], ours: [] as Transfer[] };
  for (let round = 0; round < rounds; round++) {
    for (const which of ["official", "ours"] as const) {
      const { env, [which]: packer } = plugins;
      const transfer = await measureTransfer({ packer, size, env });
      transfers[which].push(transfer);
      console.log(`docker, ${which}, ${size / 2 ** 20} MiB: ${describe(transfer)}`);
    }
  }
  const up = ratioOf(transfers, (transfer) => transfer.upMegabytesPerSecond, Math.max);
  const down = ratioOf(transfers, (transfer) => transfer.downMegabytesPerSecond, Math.max);
  const cpu = ratioOf(transfers, (transfer) => transfer.cpuSeconds, Math.min);
  const peak = Math.max(...transfers.ours.map((transfer) => transfer.peakMegabytes)).toFixed(0);
  console.log(
    `docker, ours : official, ${size / 2 ** 20} MiB: upload, MB/s ${up}; download, MB/s ${down}; CPU, s ${cpu}; our peak ${peak} MB`,
  );
  return transfers;
}

function ratioOf(
  { official, ours }: Record<"official" | "ours", Transfer[]>,
  value: (transfer: Transfer) => number,
  best: (...values: number[]) => number,
): string {
  const [own, theirs] = [best(...ours.map(value)), best(...official.map(value))];
  return `${own.toFixed(1)} : ${theirs.toFixed(1)} = ${(own / theirs).toFixed(2)}`;
}

function describe(transfer: Transfer): string {
  const { cpuSeconds, downMegabytesPerSecond, peakMegabytes, upMegabytesPerSecond } = transfer;
  const [up, down, peak] = [upMegabytesPerSecond, downMegabytesPerSecond, peakMegabytes].map(
    (value) => value.toFixed(0),
  );
  return `up ${up} MB/s, down ${down} MB/s, peak ${peak} MB, CPU ${cpuSeconds.toFixed(1)} s`;
}

function* randomBlocks(size: number): Generator<Buffer> {
  for (let left = size; left > 0; left -= 2 ** 20) yield randomBytes(Math.min(left, 2 ** 20));
}

async function checksumOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), hash);
  return hash.digest("hex");
}

/** What the builder's process uses, read again and again until Packer ends. */
async function watchBuilder(
  { pluginFolder }: Packer,
  running: RunningCommand,
): Promise<Pick<Transfer, "peakMegabytes" | "cpuSeconds">> {
  let isOver = false;
  running.finally(() => {
    isOver = true;
  });
  const use = { peakMegabytes: 0, cpuSeconds: 0 };
  while (!isOver) {
    for (const pid of await processIds()) {
      const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      if (!command.includes(pluginFolder) || !command.includes("\0builder\0")) continue;
      const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
      const [, kibibytes = "0"] = /^VmHWM:\s*(\d+) kB$/m.exec(status) ?? [];
      use.peakMegabytes = Math.max(use.peakMegabytes, (Number(kibibytes) * 1024) / 1e6);
      const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
      // Behind the name, which may hold anything: state, …, and from the twelfth on the four times, in hundredths.
      const times = stat
        .slice(stat.lastIndexOf(")") + 2)
        .split(" ")
        .slice(11, 15);
      const seconds = times.reduce((sum, time) => sum + Number(time) / 100, 0);
      use.cpuSeconds = Math.max(use.cpuSeconds, seconds);
    }
    await sleep(100);
  }
  return use;
}

async function processIds(): Promise<string[]> {
  return (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
}
