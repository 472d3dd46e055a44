import type { Step } from "@packerkit/plugin-sdk";
import { type Build, type BuildState, made } from "../build-state.ts";
import type { LibraryConfig } from "../config/outcome.ts";
import { VSphereError } from "../errors.ts";
import { findCompute } from "../inventory/compute.ts";
import { findFolder } from "../inventory/folders.ts";
import { findDatastore } from "../inventory/storage.ts";
import { namesOf } from "../labels.ts";
import type { Library, TemplateItem } from "../rest/content-library.ts";

/**
 * Makes a VM template or an OVF template of the machine in a content library.
 *
 * Source of the behaviour: packer-plugin-vsphere `common/step_import_to_content_library.go`.
 */
export function importToLibrary(
  build: Build & { config: { content_library_destination: LibraryConfig } },
): Step<BuildState> {
  const { config, libraries, session, ui } = build;
  const destination = config.content_library_destination;
  const suffix = destination.ovf ? "" : Math.floor(Date.now() / 1000);
  const name = destination.name || `${config.vm_name}${suffix}`;
  const description = destination.description || `Packer imported ${config.vm_name} VM template`;
  /** The library in which this build makes an item that was not there before. */
  let ownLibrary: string | undefined;
  return {
    name: "Import into content library",
    async run(state, signal) {
      const library = await localLibrary(signal);
      const old = await libraries.findItem(library.id, name, signal);
      if (old !== undefined && !destination.ovf) {
        throw new VSphereError(
          "NAME_TAKEN",
          `the library "${library.name}" has an item "${name}" already, and a VM template cannot replace it; choose another content_library_destination.name, or set ovf = true`,
        );
      }
      ui.say(`Importing the machine into ${library.name} as ${name}`);
      if (old === undefined) ownLibrary = library.id;
      await createItem(state, library, old, signal);
      const id = await libraries.findItem(library.id, name);
      if (id === undefined) {
        throw new VSphereError("NOT_FOUND", `the item "${name}" did not appear in ${library.name}`);
      }
      const datastores = await datastoreNames(library);
      state.libraryItem = { id, name, datastores, isNew: old === undefined };
      signal.throwIfAborted();
    },
    async cleanUp(_, outcome) {
      if (outcome === "succeeded" || ownLibrary === undefined) return;
      const id = await libraries.findItem(ownLibrary, name);
      if (id !== undefined) await libraries.deleteItem(id);
    },
    leftBehind: () => (ownLibrary === undefined ? [] : [`library item ${name}`]),
  };

  async function localLibrary(signal: AbortSignal): Promise<Library> {
    const attribute = "content_library_destination.library";
    const library = await libraries.find(destination.library, attribute, signal);
    if (library.type === "LOCAL") return library;
    throw new VSphereError(
      "UNSUITABLE",
      `the library "${library.name}" is ${library.type}, and only a LOCAL one takes templates; choose another in ${attribute}`,
    );
  }

  async function createItem(
    state: BuildState,
    library: Library,
    item: string | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { value: vm } = made(state, "vm");
    if (destination.ovf) {
      const flags = destination.ovf_flags;
      const ovf = { name, description, flags, library: library.id, item, sourceVm: vm };
      await libraries.createOvf(ovf);
      return;
    }
    const placed = await placement(state, signal);
    await libraries.createTemplate({
      name,
      description,
      library: library.id,
      source_vm: vm,
      ...placed,
    });
  }

  /** Where the VM template goes: a machine of its own, beside the one that it is made of. */
  async function placement(
    state: BuildState,
    signal: AbortSignal,
  ): Promise<Pick<TemplateItem, "placement" | "vm_home_storage">> {
    const { datacenter, folder: own } = made(state, "place");
    const compute = await findCompute(
      session,
      datacenter,
      {
        cluster: destination.cluster || config.cluster,
        host: destination.host || config.host,
        resource_pool: destination.resource_pool || config.resource_pool,
      },
      signal,
    );
    const folder =
      destination.folder === ""
        ? own
        : await findFolder(session, datacenter, destination.folder, signal);
    const datastore =
      destination.datastore === ""
        ? undefined
        : await findDatastore(session, datacenter, destination.datastore, [], signal);
    return {
      placement: {
        cluster: compute.cluster?.value,
        host: compute.host?.value,
        folder: folder?.value,
        resource_pool: compute.pool.value,
      },
      vm_home_storage: datastore && { datastore: datastore.reference.value },
    };
  }

  async function datastoreNames({ datastores }: Library): Promise<string[]> {
    const references = datastores.map((value) => ({ type: "Datastore", value }));
    const names = await namesOf(session, references);
    return datastores.map((value) => names.get(value) ?? value);
  }
}
