import type { Step, Ui } from "@packerkit/plugin-sdk";
import type { BuildState } from "../build-state.ts";
import { nameOf } from "../machine-request.ts";
import { leftBehind, make, unmakeAll } from "../made.ts";
import { replace } from "../replace.ts";

/** What a snapshot's name comes from. */
const SETTINGS = "managed_image_os_disk_snapshot_name or managed_image_data_disk_snapshot_prefix";

/** Makes the snapshots of the disks that are to be kept. Where the build does not succeed, they are removed. */
export function snapshotDisks(ui: Ui, isForced: boolean): Step<BuildState> {
  return {
    name: "Snapshot the disks",
    async run(state, signal) {
      const { client, config, location, tags } = state;
      const patience = { signal, timeout: config.polling_duration_timeout };
      for (const { snapshot, disk } of state.snapshots) {
        await replace(snapshot, { client, ui, isForced, patience }, SETTINGS);
        ui.say(`Creating the snapshot ${nameOf(snapshot.id)}`);
        const request = {
          location,
          tags: { ...tags },
          creationData: { createOption: "Copy", sourceResourceId: disk.id },
        };
        await make(snapshot, patience, () => client.createSnapshot(snapshot.id, request));
      }
    },
    async cleanUp({ client, snapshots }, outcome) {
      if (outcome === "succeeded") return;
      await unmakeAll(
        snapshots.map(({ snapshot }) => snapshot),
        { client, ui },
      );
    },
    leftBehind: ({ snapshots }) => leftBehind(...snapshots.map(({ snapshot }) => snapshot)),
  };
}
