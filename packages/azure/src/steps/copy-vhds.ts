import { maskInLog, type Step, type Ui } from "@packerkit/plugin-sdk";
import type { Copy } from "../blob-store.ts";
import type { BuildState } from "../build-state.ts";
import { AzureError } from "../errors.ts";
import { nameOf } from "../machine-request.ts";
import type { Made } from "../made.ts";

/** What the clean-up of one run has to undo. */
interface Undo {
  /** Disks that may be read by who has their URL. */
  readonly opened: Made[];
  copy?: Copy | undefined;
}

/** Copies the disks to the storage account, as VHDs. Where the build does not succeed, they are removed. */
export function copyVhds(ui: Ui): Step<BuildState> {
  const undo: Undo = { opened: [] };
  return {
    name: "Copy the disks to the storage account",
    async run(state, signal) {
      const urls: string[] = [];
      for (const disk of [state.osDisk, ...state.dataDisks]) {
        urls.push(await copyDisk(state, disk, undo, { ui, signal }));
      }
      const [osDiskUrl = "", ...dataDiskUrls] = urls;
      state.vhd = { osDiskUrl, dataDiskUrls, location: state.account?.location ?? "" };
    },
    async cleanUp({ blobs, client }, outcome) {
      try {
        await undo.copy?.abort();
      } finally {
        // A disk that may be read by others cannot be deleted.
        while (undo.opened[0] !== undefined) {
          await client.revokeAccess(undo.opened[0].id);
          undo.opened.shift();
        }
      }
      while (outcome !== "succeeded" && blobs[0] !== undefined) {
        ui.say(`Deleting the blob ${blobs[0]}`);
        await client.removeBlob(blobs[0]);
        blobs.shift();
      }
    },
    leftBehind: ({ blobs, vhd }) => (vhd === undefined ? blobs.map((url) => `blob ${url}`) : []),
  };
}

async function copyDisk(
  { account, blobs, client, config }: BuildState,
  disk: Made,
  undo: Undo,
  { ui, signal }: { ui: Ui; signal: AbortSignal },
): Promise<string> {
  const { capture_container_name: container = "", capture_name_prefix: prefix = "" } = config;
  const url = `${account?.blobEndpoint}${container}/${prefix}${nameOf(disk.id)}.vhd`;
  if (await client.blobs.has(url, signal)) {
    throw new AzureError(
      "ALREADY_EXISTS",
      `there is a blob ${url} already; choose another capture_name_prefix or temp_os_disk_name`,
    );
  }
  ui.say(`Copying the disk ${nameOf(disk.id)} to ${url}`);
  undo.opened.push(disk);
  const seconds = Math.ceil(config.sas_token_duration / 1000);
  const source = await client.grantAccess(disk.id, seconds, signal);
  maskInLog([source]);
  blobs.push(url);
  undo.copy = await client.blobs.copy(url, source);
  let told = 0;
  await undo.copy.wait(signal, (percent) => {
    if (percent > told) ui.say(`Still copying ${url}: ${percent} %`);
    told = percent;
  });
  undo.copy = undefined;
  return url;
}
