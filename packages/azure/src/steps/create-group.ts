import { setTimeout as sleep } from "node:timers/promises";
import type { Step, Ui } from "@packerkit/plugin-sdk";
import type { BuildState } from "../build-state.ts";
import { isRefusal } from "../errors.ts";

/** Makes the resource group that is built in, unless there is one. Its clean-up removes it, with all that is in it. */
export function createGroup(ui: Ui): Step<BuildState> {
  return {
    name: "Create the resource group",
    async run({ client, group, location, tags }, signal) {
      if (!group.isTemporary) return ui.say(`Building in the resource group ${group.name}`);
      ui.say(`Creating the resource group ${group.name} in ${location}`);
      signal.throwIfAborted();
      group.made = true;
      try {
        await client.createGroup({ name: group.name, location, tags });
      } catch (error) {
        group.made = !isRefusal(error);
        group.isUncertain = group.made;
        throw error;
      }
    },
    async cleanUp(state) {
      if (!state.group.made) return;
      ui.say(`Deleting the resource group ${state.group.name}`);
      await deleteGroup(state);
    },
    leftBehind: ({ group }) => (group.made ? [`resource group ${group.name}`] : []),
  };
}

/** How often, and how far apart in milliseconds, to look again for a group that may still come to be. */
const SECOND_LOOKS = { count: 3, pause: 200 };

async function deleteGroup(state: BuildState): Promise<void> {
  const { client, config, group } = state;
  for (let look = 0; ; look++) {
    const removal = await client.deleteGroup(group.name);
    if (removal !== undefined && !config.async_resourcegroup_delete) await removal.wait();
    if (removal !== undefined || !group.isUncertain || look === SECOND_LOOKS.count) break;
    await sleep(SECOND_LOOKS.pause);
  }
  group.made = false;
  for (const made of inGroup(state)) made.mayExist = false;
}

/** Everything that is made in the group that is built in. */
export function inGroup(state: BuildState) {
  const { dataDisks, machine, network, networkInterface, osDisk } = state;
  const { publicAddress, securityGroup, sourceDisks } = state;
  const disks = [osDisk, ...dataDisks, ...sourceDisks];
  return [machine, ...disks, networkInterface, network, publicAddress, securityGroup];
}
