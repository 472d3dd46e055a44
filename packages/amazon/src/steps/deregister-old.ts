import type { Step } from "@packerkit/plugin-sdk";
import { type EbsState, imageRegions } from "../ebs-state.ts";
import { removeSnapshots } from "../images.ts";
import { failuresOf, joinErrors } from "../many.ts";

/**
 * Deregisters the images that have the name: just before it is given away anew.
 *
 * Source: packer-plugin-amazon 1.8.2, `common/step_deregister_ami.go`.
 */
export const deregisterOld: Step<EbsState> = {
  name: "Deregister old images",
  async run(state, signal) {
    const { config, packer } = state;
    if (!packer.force && !config.force_deregister) return;
    const failures = await failuresOf(imageRegions(state), (region) =>
      deregisterIn(state, region, signal),
    );
    signal.throwIfAborted();
    if (failures.length === 0) return;
    const errors = failures.map(({ error }) => error);
    throw joinErrors("REFUSED", `the images named ${config.ami_name} stay`, errors);
  },
};

async function deregisterIn(state: EbsState, name: string, signal: AbortSignal): Promise<void> {
  const { config, ec2, ui } = state;
  const region = ec2.region(name);
  const query = { owners: ["self"], filters: { name: [config.ami_name] } };
  for (const image of await region.images(query, { signal })) {
    ui.say(`Deregistering the image ${image.id} in ${name}, which has the name`);
    await region.deregisterImage(image.id, { signal });
    if (config.force_delete_snapshot) await removeSnapshots(region, image.snapshotIds);
  }
}
