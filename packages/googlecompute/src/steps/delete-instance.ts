import type { Step, Ui } from "@packerkit/plugin-sdk";
import type { BuildState } from "../build-state.ts";
import { waitFor } from "../made.ts";

/** Deletes the instance, and leaves its disk, of which the image is made. */
export function deleteInstance(ui: Ui): Step<BuildState> {
  return {
    name: "Delete the instance",
    async run({ client, config, instance }, signal) {
      ui.say(`Deleting the instance ${instance.name}`);
      const removal = await client.deleteInstance(instance);
      const patience = { client, ui, signal, timeout: config.state_timeout };
      if (removal !== undefined) await waitFor(removal, patience);
      instance.mayExist = false;
    },
  };
}
