import type { Step, Ui } from "@packerkit/plugin-sdk";
import type { BuildState } from "../build-state.ts";
import { nameOf } from "../machine-request.ts";
import { leftBehind, make, unmake } from "../made.ts";
import { replace } from "../replace.ts";

/** Makes a managed image of the machine. Where the build does not succeed, its clean-up removes the image. */
export function createImage(ui: Ui, isForced: boolean): Step<BuildState> {
  return {
    name: "Create the managed image",
    async run({ client, config, image, location, machine, tags }, signal) {
      if (image === undefined) return;
      const patience = { signal, timeout: config.polling_duration_timeout };
      await replace(image, { client, ui, isForced, patience }, "managed_image_name");
      ui.say(`Creating the managed image ${nameOf(image.id)}`);
      const request = {
        location,
        tags: { ...tags },
        sourceVirtualMachine: { id: machine.id },
        storageProfile: { zoneResilient: config.managed_image_zone_resilient },
      };
      await make(image, patience, () => client.createImage(image.id, request));
    },
    async cleanUp({ client, image }, outcome) {
      if (outcome !== "succeeded" && image !== undefined) await unmake(image, { client, ui });
    },
    leftBehind: ({ image }) => leftBehind(image),
  };
}
