import type { ProvisionTarget, Step, Ui } from "@packerkit/plugin-sdk";
import { readSshOptions, SshCommunicator } from "@packerkit/ssh-communicator";
import { type BuildState, generatedData } from "../build-state.ts";
import { noneCommunicator } from "../none-communicator.ts";

/** Connects to the instance over SSH. */
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

/** The instance that the template's provisioners work on, and what they may read. */
export function provisionTarget(state: BuildState): ProvisionTarget {
  const { communicator = noneCommunicator, config, instance, keys } = state;
  return {
    communicator,
    id: instance.name,
    data: {
      ...generatedData(state),
      ConnType: config.communicator,
      Host: config.ssh_host ?? state.address ?? "",
      Port: config.ssh_port,
      User: config.ssh_username ?? "",
      Password: config.ssh_password ?? "",
      SSHPublicKey: keys?.publicKey ?? "",
      SSHPrivateKey: keys?.privateKey ?? "",
    },
  };
}
