import type { Step } from "@packerkit/plugin-sdk";
import type { InstanceState } from "../build-state.ts";

/**
 * Takes the temporary key off the instance, so that nobody who has it gets into what is made of the image.
 *
 * Source: packer-plugin-sdk `multistep/commonsteps/step_cleanup_temp_keys.go`.
 */
export const clearAuthorizedKeys: Step<InstanceState> = {
  name: "Clear authorized keys",
  async run({ communicator, keyPair, ui }, signal) {
    if (communicator === undefined || keyPair.name === undefined) return;
    ui.say("Removing the temporary key from the instance");
    for (const [file, sudo] of [
      ["~/.ssh/authorized_keys", ""],
      ["/root/.ssh/authorized_keys", "sudo -n "],
    ]) {
      const command = `${sudo}sed -i '/ ${keyPair.name}$/d' ${file}`;
      const status = await communicator.start({ command }, { signal });
      if (status !== 0) ui.say(`The temporary key could not be removed from ${file}`);
    }
  },
};
