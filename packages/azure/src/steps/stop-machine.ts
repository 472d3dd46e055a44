import type { Step, Ui } from "@packerkit/plugin-sdk";
import type { BuildState } from "../build-state.ts";
import { nameOf } from "../machine-request.ts";
import { waitFor } from "../made.ts";

/** Stops the machine, so that its disks no longer change. */
export function stopMachine(ui: Ui): Step<BuildState> {
  return {
    name: "Stop the machine",
    async run({ client, config, machine }, signal) {
      ui.say(`Stopping the machine ${nameOf(machine.id)}`);
      const operation = await client.deallocateMachine(machine.id);
      await waitFor(operation, { signal, timeout: config.polling_duration_timeout });
    },
  };
}

/** Tells the cloud that the machine is ready to be copied many times. It cannot be started any more. */
export function generalizeMachine(ui: Ui): Step<BuildState> {
  return {
    name: "Generalize the machine",
    async run({ client, machine }, signal) {
      ui.say(`Generalizing the machine ${nameOf(machine.id)}`);
      await client.generalizeMachine(machine.id, signal);
    },
  };
}
