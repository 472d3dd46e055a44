import type { Step } from "@packerkit/plugin-sdk";
import { type InstanceState, templateData } from "../build-state.ts";
import { AmazonError } from "../errors.ts";
import { make, tagSpecifications } from "../making.ts";
import { findMade } from "../pace.ts";
import { renderTags } from "../template.ts";

/** Whether the instance needs a key pair of its own. Source: packer-plugin-amazon 1.8.2, `RunConfig.Prepare`. */
export function needsKeyPair({ config }: Pick<InstanceState, "config">): boolean {
  const others = [config.ssh_keypair_name, config.ssh_private_key_file, config.ssh_password];
  const hasOther = config.ssh_agent_auth || others.some((other) => other !== undefined);
  return config.communicator === "ssh" && !hasOther;
}

/** Makes a key pair for this build. */
export const createKeyPair: Step<InstanceState> = {
  name: "Create key pair",
  async run(state, signal) {
    const { home, keyPair, ui } = state;
    const name = nameOf(state);
    ui.say(`Creating the temporary key pair ${name}`);
    const input = {
      KeyName: name,
      KeyType: state.config.temporary_key_pair_type,
      ...tagSpecifications(renderTags(state.runTags, templateData(state)), "key-pair"),
    };
    const create = () => make(keyPair, () => home.createKeyPair(input, { signal }));
    keyPair.privateKey = await create().catch(async (error: unknown) => {
      if (!isDuplicate(error)) throw error;
      // The name is ours alone: an earlier attempt made it, and the key was lost with its answer.
      await home.deleteKeyPair(name, { signal });
      return await create();
    });
    keyPair.name = name;
  },
  async cleanUp(state) {
    for (const name of await ownKeyPairs(state)) {
      state.ui.say(`Deleting the key pair ${name}`);
      await state.home.deleteKeyPair(name);
    }
  },
  leftBehind: (state) => (state.keyPair.asked ? [`key pair ${nameOf(state)}`] : []),
};

/** The key pairs that this build made: none, or one. */
async function ownKeyPairs(state: InstanceState): Promise<string[]> {
  const { ec2, home, keyPair } = state;
  if (keyPair.name !== undefined) return [keyPair.name];
  if (!keyPair.isUncertain) return [];
  const filters = { "key-name": [nameOf(state)] };
  return await findMade(true, ec2.pace, () => home.keyPairs(filters));
}

function nameOf({ token }: InstanceState): string {
  return `packer_${token}`;
}

function isDuplicate(error: unknown): boolean {
  return error instanceof AmazonError && error.awsCode === "InvalidKeyPair.Duplicate";
}
