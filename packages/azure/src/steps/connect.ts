import type { ProvisionTarget, Step, Ui } from "@packerkit/plugin-sdk";
import { readSshOptions, SshCommunicator } from "@packerkit/ssh-communicator";
import { type BuildState, provisionersData } from "../build-state.ts";
import { nameOf } from "../machine-request.ts";
import { noneCommunicator } from "../none-communicator.ts";

/** Connects to the machine over SSH. */
export function connect(ui: Ui): Step<BuildState> {
  return {
    name: "Connect",
    async run(state, signal) {
      const { config, keys } = state;
      const options = await readSshOptions(config, {
        host: state.address ?? "",
        privateKey: keys?.privateKey,
      });
      ui.say(`Connecting to ${options.host} over SSH`);
      state.communicator = new SshCommunicator(options);
      await state.communicator.connect({ signal });
    },
    async cleanUp({ communicator }) {
      await communicator?.close();
    },
  };
}

/** The machine that the template's provisioners work on, and what they may read. */
export function provisionTarget(state: BuildState): ProvisionTarget {
  const { communicator = noneCommunicator, config, keys, machine } = state;
  return {
    communicator,
    id: nameOf(machine.id),
    data: {
      ...provisionersData(state),
      ConnType: config.communicator,
      Host: config.ssh_host ?? state.address ?? "",
      Port: config.ssh_port,
      User: config.ssh_username,
      Password: config.ssh_password ?? "",
      SSHPublicKey: keys?.publicKey ?? "",
      SSHPrivateKey: keys?.privateKey ?? "",
    },
  };
}
