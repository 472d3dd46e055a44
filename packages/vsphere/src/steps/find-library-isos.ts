import { posix } from "node:path";
import type { Step } from "@packerkit/plugin-sdk";
import { type Build, type BuildState, made } from "../build-state.ts";
import { VSphereError } from "../errors.ts";
import { namesOf } from "../labels.ts";
import { datastorePath, searchDatastore } from "../vim25/datastore-files.ts";

/** `library/item/file`: no datastore in brackets. */
const LIBRARY_PATH = /^\/?([^/[\]]+)\/([^/[\]]+)\/([^/[\]]+)$/;

/** Whether an entry of `iso_paths` names a file in a content library. */
export function isLibraryPath(path: string): boolean {
  return LIBRARY_PATH.test(path);
}

/**
 * Finds out where on a datastore the ISO images are that the settings name by content library, item and file.
 *
 * Source: packer-plugin-vsphere `driver/library.go`.
 */
export function findLibraryIsos({ session, libraries }: Build): Step<BuildState> {
  return {
    name: "Find ISO images",
    async run(state, signal) {
      const paths: string[] = [];
      for (const path of state.isoPaths) {
        paths.push(isLibraryPath(path) ? await datastorePathOf(path, state, signal) : path);
      }
      state.isoPaths = paths;
    },
  };

  async function datastorePathOf(
    path: string,
    state: BuildState,
    signal: AbortSignal,
  ): Promise<string> {
    const [, libraryName = "", itemName = "", file = ""] = LIBRARY_PATH.exec(path) ?? [];
    const library = await libraries.find(libraryName, "iso_paths", signal);
    const item = await libraries.findItem(library.id, itemName, signal);
    const [value] = library.datastores;
    const missing = () =>
      new VSphereError(
        "NOT_FOUND",
        `there is no file ${path} in a content library: check the attribute iso_paths`,
      );
    if (item === undefined || value === undefined) throw missing();
    const reference = { type: "Datastore", value };
    const name = (await namesOf(session, [reference], signal)).get(value) ?? "";
    const datastore = { reference, name, datacenter: made(state, "place").datacenter };
    const folder = `contentlib-${library.id}/${item}`;
    // The library puts an id between a file's name and its extension.
    const { name: stem, ext } = posix.parse(file);
    const [found, ...others] = await searchDatastore(
      session,
      datastore,
      folder,
      `${stem}*${ext}`,
      signal,
    );
    if (found === undefined || others.length > 0) throw missing();
    return datastorePath(datastore, `${folder}/${found}`);
  }
}
