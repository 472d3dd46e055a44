import { createHash, type Hash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Step } from "@packerkit/plugin-sdk";
import { type Build, type BuildState, made } from "../build-state.ts";
import type { ExportConfig } from "../config/outcome.ts";
import { tapBytes } from "../tap-bytes.ts";
import { type LeaseFile, NfcLease } from "../vim25/nfc-lease.ts";
import { createDescriptor, type OvfFile } from "../vim25/ovf-manager.ts";
import { descriptorFile, exportFolder } from "./prepare-export.ts";

/** How often a lease is told of progress, in milliseconds; it ends after some minutes of silence. */
const PROGRESS_INTERVAL = 15_000;

/**
 * Downloads the machine's disks, and writes an OVF descriptor and a manifest beside them.
 *
 * Source of the behaviour: packer-plugin-vsphere `common/step_export.go`.
 */
export function exportMachine(
  build: Build & { config: { export: ExportConfig } },
): Step<BuildState> {
  const { config, session, ui } = build;
  const folder = exportFolder(build);
  const descriptor = descriptorFile(build);
  const name = basename(descriptor, ".ovf");
  const written: string[] = [];
  return {
    name: "Export machine",
    async run(state, signal) {
      ui.say(`Exporting the machine to ${folder}`);
      const vm = made(state, "vm");
      const sums: string[] = [];
      const files = await downloadFiles(vm, sums, signal);
      const { options } = config.export;
      const text = await createDescriptor(session, vm, { name, files, options });
      written.push(descriptor);
      await writeFile(descriptor, text, { signal });
      const hash = newHash();
      if (hash !== undefined) {
        sums.push(manifestLine(basename(descriptor), hash.update(text)));
        const manifest = join(folder, `${name}.mf`);
        written.push(manifest);
        await writeFile(manifest, sums.join(""), { signal });
      }
      state.exported = { files: [...written], madeFolder: state.exported?.madeFolder };
    },
    async cleanUp(_, outcome) {
      if (outcome === "succeeded") return;
      for (const file of written) await rm(file, { force: true });
    },
    leftBehind: () => written,
  };

  async function downloadFiles(
    vm: NonNullable<BuildState["vm"]>,
    sums: string[],
    signal: AbortSignal,
  ): Promise<OvfFile[]> {
    const lease = await NfcLease.ofExport(session, vm);
    const keepAlive = setInterval(() => {
      lease.progress(percent).catch(() => {});
    }, PROGRESS_INTERVAL);
    let percent = 0;
    try {
      const wanted = (await lease.files(signal)).filter(isWanted);
      const files: OvfFile[] = [];
      for (const [index, file] of wanted.entries()) {
        percent = Math.floor((index / wanted.length) * 100);
        files.push(await downloadFile(lease, file, sums, signal));
      }
      await lease.complete();
      return files;
    } catch (error) {
      await lease.abort().catch(() => {});
      throw error;
    } finally {
      clearInterval(keepAlive);
    }
  }

  function isWanted({ name: file }: LeaseFile): boolean {
    return config.export.image_files || file.toLowerCase().endsWith(".vmdk");
  }

  async function downloadFile(
    lease: NfcLease,
    file: LeaseFile,
    sums: string[],
    signal: AbortSignal,
  ): Promise<OvfFile> {
    const path = file.name.startsWith(name) ? file.name : `${name}-${file.name}`;
    const target = join(folder, path);
    const tracker = ui.trackProgress(path, 0, file.size);
    const hash = newHash();
    let size = 0;
    const count = tapBytes((chunk) => {
      size += chunk.length;
      hash?.update(chunk);
      tracker.advance(chunk.length);
    });
    try {
      const content = await lease.open(file, signal);
      written.push(target);
      await pipeline(content, count, createWriteStream(target), { signal });
    } finally {
      tracker.close();
    }
    if (hash !== undefined) sums.push(manifestLine(path, hash));
    return { deviceId: file.key, path, size };
  }

  function newHash(): Hash | undefined {
    const { manifest } = config.export;
    return manifest === "none" ? undefined : createHash(manifest);
  }

  function manifestLine(file: string, hash: Hash): string {
    return `${config.export.manifest.toUpperCase()}(${file})= ${hash.digest("hex")}\n`;
  }
}
