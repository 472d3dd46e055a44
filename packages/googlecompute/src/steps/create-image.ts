import type { Step, Ui } from "@packerkit/plugin-sdk";
import type { BuildState } from "../build-state.ts";
import type { DeprecationStatus } from "../client.ts";
import type { GoogleComputeConfig } from "../config.ts";
import { imageRequest } from "../image-request.ts";
import { waitFor } from "../made.ts";
import { leftBehindImage, makeImage, unmakeImage } from "../new-image.ts";

/** Makes an image of the disk. Where the build does not succeed, its clean-up removes the image. */
export function createImage(ui: Ui, isForced: boolean): Step<BuildState> {
  return {
    name: "Create the image",
    async run(state, signal) {
      const { client, config, disk, image } = state;
      const sourceDisk = `projects/${disk.project}/zones/${disk.zone}/disks/${disk.name}`;
      const request = { ...(await imageRequest(image.name, config)), sourceDisk };
      const patience = { client, ui, signal, timeout: config.state_timeout };
      state.finished = await makeImage(image, request, isForced, patience);
      const status = deprecationOf(config);
      if (status === undefined) return;
      ui.say(`Setting the deprecation of the image ${image.name}`);
      await waitFor(await client.deprecateImage(image.project, image.name, status), patience);
    },
    async cleanUp({ client, image }, outcome) {
      if (outcome !== "succeeded") await unmakeImage(image, { client, ui });
    },
    leftBehind: ({ image }) => leftBehindImage(image),
  };
}

/** Source: packer-plugin-googlecompute 1.2.7, `builder/googlecompute/step_create_image.go`. */
function deprecationOf(config: GoogleComputeConfig): DeprecationStatus | undefined {
  const { deprecate_at: deprecated, obsolete_at: obsolete, delete_at: deleted } = config;
  const times = Object.entries({ deprecated, obsolete, deleted }).filter(
    ([, time]) => time !== undefined,
  );
  return times.length === 0 ? undefined : { state: "ACTIVE", ...Object.fromEntries(times) };
}
