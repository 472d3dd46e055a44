import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { maskInLog, messageOf, type Step, type Ui } from "@packerkit/plugin-sdk";
import { generateSshKeyPair, publicKeyOf } from "@packerkit/ssh-communicator";
import type { BuildState } from "../build-state.ts";
import { AzureError } from "../errors.ts";
import { machineRequest, nameOf } from "../machine-request.ts";
import { leftBehind, type Made, make, settle, unmakeAll } from "../made.ts";

/** Makes the machine that is provisioned, with its disks. Its clean-up removes what there is of them. */
export function createMachine(ui: Ui): Step<BuildState> {
  return {
    name: "Create the machine",
    async run(state, signal) {
      const { client, config, machine } = state;
      state.keys = await keysFor(state);
      const request = await machineRequest(state);
      ui.say(`Creating the machine ${nameOf(machine.id)}`);
      const patience = { signal, timeout: config.polling_duration_timeout };
      try {
        await make(machine, patience, () => client.createMachine(machine.id, request));
      } finally {
        for (const disk of disksOf(state)) {
          disk.mayExist = machine.mayExist;
          disk.isUncertain = machine.isUncertain;
        }
      }
    },
    async cleanUp(state, outcome) {
      const { client, config, group, machine, osDisk } = state;
      if (group.isTemporary) return await settle(machine);
      if (config.keep_os_disk && outcome === "succeeded") osDisk.mayExist = false;
      await unmakeAll([machine, ...disksOf(state)], { client, ui });
    },
    leftBehind: (state) =>
      state.group.isTemporary ? [] : leftBehind(state.machine, ...disksOf(state)),
  };
}

function disksOf({ osDisk, dataDisks, sourceDisks }: BuildState): Made[] {
  return [osDisk, ...dataDisks, ...sourceDisks];
}

/** The key that the machine lets in: the one that is given, else one that is made for this build. */
async function keysFor({ config }: BuildState): Promise<NonNullable<BuildState["keys"]>> {
  const { ssh_private_key_file: file, ssh_username: comment } = config;
  if (file !== undefined) return { publicKey: await publicKeyOf(await readKey(file)) };
  const keys = await generateSshKeyPair({ comment });
  maskInLog([keys.privateKey]);
  return keys;
}

async function readKey(file: string): Promise<Buffer> {
  try {
    return await readFile(file.replace(/^~(?=\/|$)/, homedir()));
  } catch (cause) {
    throw new AzureError(
      "BAD_FILE",
      `the private key ${file} cannot be read (${messageOf(cause)}): check ssh_private_key_file`,
      { cause },
    );
  }
}
