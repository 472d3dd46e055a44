import { setTimeout as sleep } from "node:timers/promises";
import type { Step } from "@packerkit/plugin-sdk";
import { readSshOptions, SshCommunicator } from "@packerkit/ssh-communicator";
import type { Build, BuildState } from "../build-state.ts";

/** Connects to the machine over SSH, once it lets us in. */
export function connectSsh({ config, ui }: Build): Step<BuildState> {
  return {
    name: "Connect over SSH",
    async run(state, signal) {
      const host = config.ssh_host ?? state.address ?? "";
      ui.say(`Connecting to ${config.ssh_username}@${host} over SSH`);
      const communicator = new SshCommunicator(await readSshOptions(config, { host }));
      state.communicator = communicator;
      await communicator.connect({ signal });
      if (config.pause_before_connecting === 0) return;
      await sleep(config.pause_before_connecting, undefined, { signal });
    },
    async cleanUp({ communicator }) {
      await communicator?.close();
    },
  };
}
