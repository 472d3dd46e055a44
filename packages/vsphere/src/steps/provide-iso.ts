import { stat } from "node:fs/promises";
import type { Step } from "@packerkit/plugin-sdk";
import { type Build, type BuildState, made } from "../build-state.ts";
import type { IsoConfig } from "../config/iso.ts";
import { findDatastore } from "../inventory/storage.ts";
import { cacheName, getIso } from "../iso/cache.ts";
import { type Checksum, resolveChecksum } from "../iso/checksum.ts";
import { shownUrl } from "../iso/download.ts";
import {
  type DatastoreAddress,
  datastorePath,
  deleteDatastoreFile,
  makeDirectory,
  moveDatastoreFile,
  searchDatastore,
  uploadToDatastore,
} from "../vim25/datastore-files.ts";

/** An upload of this build, from when it began. */
interface Uploaded {
  readonly datastore: DatastoreAddress;
  readonly path: string;
  readonly partial: string;
}

/**
 * Sees to it that the ISO image of `iso_url` is on the datastore: it is downloaded and uploaded where it is not there
 * yet. What this build uploaded is removed where the build fails, and in the end where the settings say so.
 *
 * Source of the behaviour: packer-plugin-vsphere `common/step_download.go`, `step_remote_upload.go`.
 */
export function provideIso(build: Build<IsoConfig>): Step<BuildState> {
  const { config, session, token, ui } = build;
  let uploaded: Uploaded | undefined;
  return {
    name: "Provide ISO image",
    async run(state, signal) {
      const datastore = await cacheDatastore(state, signal);
      const urls = config.iso_url === "" ? config.iso_urls : [config.iso_url];
      const path = await tryEach(urls, signal, (url) => provide(url, datastore, state, signal));
      state.isoPaths = [datastorePath(datastore, path), ...config.iso_paths];
    },
    async cleanUp(_, outcome) {
      if (uploaded === undefined) return;
      if (outcome === "succeeded" && !config.remote_cache_cleanup) return;
      ui.say(`Removing ${datastorePath(uploaded.datastore, uploaded.path)}`);
      await deleteDatastoreFile(session, uploaded.datastore, uploaded.partial);
      await deleteDatastoreFile(session, uploaded.datastore, uploaded.path);
    },
    leftBehind: () =>
      uploaded === undefined ? [] : [datastorePath(uploaded.datastore, uploaded.path)],
  };

  async function cacheDatastore(state: BuildState, signal: AbortSignal): Promise<DatastoreAddress> {
    const { datacenter, compute, datastore } = made(state, "place");
    const name = config.remote_cache_datastore;
    const attribute = "remote_cache_datastore";
    const found =
      name === ""
        ? datastore
        : await findDatastore(session, datacenter, name, compute.datastores, signal, attribute);
    return { reference: found.reference, name: found.name, datacenter };
  }

  /** Answers the path on the datastore. */
  async function provide(
    url: string,
    datastore: DatastoreAddress,
    state: BuildState,
    signal: AbortSignal,
  ): Promise<string> {
    const checksum = await resolveChecksum(config.iso_checksum ?? "none", url, signal);
    const name = cacheName(url, checksum);
    const folder = config.remote_cache_path;
    const path = `${folder}/${name}`;
    state.iso = { url: shownUrl(url), path: datastorePath(datastore, path) };
    const overwrites = config.remote_cache_overwrite || config.local_cache_overwrite;
    if (
      !overwrites &&
      (await searchDatastore(session, datastore, folder, name, signal)).length > 0
    ) {
      ui.say(`${datastorePath(datastore, path)} is there already`);
      return path;
    }
    await upload(url, checksum, datastore, path, signal);
    return path;
  }

  async function upload(
    url: string,
    checksum: Checksum | undefined,
    datastore: DatastoreAddress,
    path: string,
    signal: AbortSignal,
  ): Promise<void> {
    const file = await getIso(url, checksum, config, { ui, signal });
    const { size } = await stat(file);
    await makeDirectory(session, datastore, config.remote_cache_path);
    const partial = `${path}.${token}.partial`;
    uploaded = { datastore, path, partial };
    ui.say(`Uploading the ISO image to ${datastorePath(datastore, path)}`);
    const tracker = ui.trackProgress("upload", 0, size);
    try {
      const progress = (bytes: number) => tracker.advance(bytes);
      await uploadToDatastore(session, datastore, partial, { file, size, progress, signal });
    } finally {
      tracker.close();
    }
    // Under its own name it is whole: the next build takes it as it is.
    await moveDatastoreFile(session, datastore, partial, path);
    signal.throwIfAborted();
  }
}

/** The result for the first that works; where none does, the failure of the last. */
async function tryEach<Result>(
  urls: readonly string[],
  signal: AbortSignal,
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  let failure: unknown;
  for (const url of urls) {
    try {
      return await work(url);
    } catch (error) {
      signal.throwIfAborted();
      failure = error;
    }
  }
  throw failure;
}
