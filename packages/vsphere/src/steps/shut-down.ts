import type { Step } from "@packerkit/plugin-sdk";
import { formatDuration } from "@packerkit/ssh-communicator";
import { type Build, type BuildState, made } from "../build-state.ts";
import { isFault, VSphereError } from "../errors.ts";
import { isPoweredOff, waitForPowerOff } from "../vim25/virtual-machine.ts";

/**
 * Shuts the machine down and waits until it is off. Where nothing reaches it, it is to shut down by itself.
 *
 * Source of the behaviour: packer-plugin-vsphere `common/step_shutdown.go`.
 */
export function shutDown({ config, session, ui }: Build): Step<BuildState> {
  return {
    name: "Shut down",
    async run(state, signal) {
      const vm = made(state, "vm");
      if (await isPoweredOff(session, vm, signal)) return;
      const time = formatDuration(config.shutdown_timeout);
      if (state.communicator === undefined || config.disable_shutdown) {
        ui.say(`Waiting up to ${time} until the machine has shut itself down`);
      } else {
        ui.say("Shutting the machine down");
        await askForShutdown(state, signal);
      }
      try {
        await waitForPowerOff(session, vm, config.shutdown_timeout, signal);
      } catch (error) {
        if (!(error instanceof VSphereError && error.code === "TIMED_OUT")) throw error;
        throw new VSphereError(
          "TIMED_OUT",
          `the machine was not off after ${time}; allow it more with shutdown_timeout, or shut it down with shutdown_command`,
          { cause: error },
        );
      }
    },
  };

  async function askForShutdown(state: BuildState, signal: AbortSignal): Promise<void> {
    const { shutdown_command: command } = config;
    if (command !== "") {
      // Its exit status says little: the machine may go away under the command.
      await made(state, "communicator").start({ command }, { signal });
      return;
    }
    try {
      await session.call("ShutdownGuest", made(state, "vm"));
    } catch (error) {
      if (!isFault(error, "ToolsUnavailable")) throw error;
      throw new VSphereError(
        "FAULT",
        "VMware Tools do not run on the machine (ToolsUnavailable), so that it cannot be asked to shut down; set shutdown_command",
        { fault: "ToolsUnavailable", cause: error },
      );
    }
  }
}
