import type { Step } from "@packerkit/plugin-sdk";
import { type InstanceState, instanceOf } from "../build-state.ts";
import { waitForInstance } from "../instances.ts";
import { orInstanceFailed } from "../watch-instance.ts";

/**
 * Stops the instance, and notes the volumes that it has then.
 *
 * Source: packer-plugin-amazon 1.8.2, `common/step_stop_ebs_instance.go`.
 */
export const stopInstance: Step<InstanceState> = {
  name: "Stop instance",
  async run(state, signal) {
    const { config, ec2, home, instance, ui } = state;
    const details = instanceOf(state);
    const { id } = details;
    if (config.disable_stop_instance) {
      ui.say(`Waiting for the instance ${id} to stop by itself`);
    } else {
      ui.say(`Stopping the instance ${id}`);
      await orInstanceFailed(state, signal, () => home.stopInstance(id, { signal }));
    }
    const { volumes } = await waitForInstance(home, ec2.pace, id, "stopped", signal);
    instance.details = { ...details, volumes };
  },
};
