import type { Step, Ui } from "@packerkit/plugin-sdk";
import type { BuildState } from "../build-state.ts";
import type { DeprecationStatus } from "../client.ts";
import type { GoogleComputeConfig } from "../config.ts";
import { GoogleComputeError } from "../errors.ts";
import { imageRequest } from "../image-request.ts";
import { make, type Patience, unmake, waitFor } from "../made.ts";

/** Makes an image of the disk. Where the build does not succeed, its clean-up removes the image. */
export function createImage(ui: Ui, isForced: boolean): Step<BuildState> {
  return {
    name: "Create the image",
    async run(state, signal) {
      const { client, config, disk, image } = state;
      const sourceDisk = `projects/${disk.project}/zones/${disk.zone}/disks/${disk.name}`;
      const request = { ...(await imageRequest(image.name, config)), sourceDisk };
      const patience = { client, ui, signal, timeout: config.state_timeout };
      if (isForced) await deletePrevious(state, patience);
      ui.say(`Creating the image ${image.name}`);
      await make(image, patience, () => client.createImage(image.project, request));
      const status = deprecationOf(config);
      if (status !== undefined) {
        ui.say(`Setting the deprecation of the image ${image.name}`);
        await waitFor(await client.deprecateImage(image.project, image.name, status), patience);
      }
      state.finished = await client.findImage(image.project, image.name, signal);
      if (state.finished === undefined) {
        throw new GoogleComputeError(
          "NOT_FOUND",
          `the image ${image.name} is gone from ${image.project} already; see who deleted it`,
        );
      }
    },
    async cleanUp({ client, image }, outcome) {
      if (outcome === "succeeded" || !image.mayExist) return;
      ui.say(`Deleting the image ${image.name}`);
      await unmake(image, client, () => client.deleteImage(image.project, image.name));
    },
    leftBehind: ({ image }) => (image.mayExist ? [`image ${image.name} in ${image.project}`] : []),
  };
}

async function deletePrevious({ client, image }: BuildState, patience: Patience): Promise<void> {
  const removal = await client.deleteImage(image.project, image.name);
  if (removal === undefined) return;
  patience.ui.say(`Deleting the image ${image.name}, which was there before`);
  await waitFor(removal, patience);
}

/** Source: packer-plugin-googlecompute 1.2.7, `builder/googlecompute/step_create_image.go`. */
function deprecationOf(config: GoogleComputeConfig): DeprecationStatus | undefined {
  const { deprecate_at: deprecated, obsolete_at: obsolete, delete_at: deleted } = config;
  const times = Object.entries({ deprecated, obsolete, deleted }).filter(
    ([, time]) => time !== undefined,
  );
  return times.length === 0 ? undefined : { state: "ACTIVE", ...Object.fromEntries(times) };
}
