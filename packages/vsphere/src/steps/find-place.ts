import type { Step } from "@packerkit/plugin-sdk";
import type { Build, BuildState } from "../build-state.ts";
import { VSphereError } from "../errors.ts";
import { findCompute } from "../inventory/compute.ts";
import { findDatacenter } from "../inventory/datacenter.ts";
import { findFolder } from "../inventory/folders.ts";
import { findDatastore } from "../inventory/storage.ts";
import { findChild } from "../vim25/search-index.ts";

/** Finds everything that the settings name of the place where the machine is made; makes nothing. */
export function findPlace({ config, ui, packer, session }: Build): Step<BuildState> {
  return {
    name: "Find place",
    async run(state, signal) {
      const datacenter = await findDatacenter(session, config.datacenter, signal);
      const compute = await findCompute(session, datacenter, config, signal);
      const folder = await findFolder(session, datacenter, config.folder, signal);
      const { datastores } = compute;
      const datastore = await findDatastore(
        session,
        datacenter,
        config.datastore,
        datastores,
        signal,
      );
      const taken = folder && (await findChild(session, folder, config.vm_name, { signal }));
      if (taken !== undefined && !packer.force) {
        throw new VSphereError(
          "NAME_TAKEN",
          `${[datacenter.path, "vm", config.folder, config.vm_name].filter(Boolean).join("/")} exists already; choose another vm_name, or replace it with -force`,
        );
      }
      state.place = { datacenter, compute, datastore, folder, isFree: taken === undefined };
      ui.say(`Building in ${datacenter.path}, on the datastore ${datastore.name}`);
    },
  };
}
