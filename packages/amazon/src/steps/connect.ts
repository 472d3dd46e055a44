import { setTimeout as sleep } from "node:timers/promises";
import type { Step } from "@packerkit/plugin-sdk";
import { readSshOptions, SshCommunicator } from "@packerkit/ssh-communicator";
import type { AddressKind, Ec2Instance } from "../answers.ts";
import { type InstanceState, instanceOf } from "../build-state.ts";
import { AmazonError } from "../errors.ts";
import { waitFor } from "../pace.ts";
import { orInstanceFailed } from "../watch-instance.ts";

/** How often an instance is asked for an address before the next best one is taken. */
const ADDRESS_LOOKS = 3;

/** Connects to the instance over SSH. */
export const connect: Step<InstanceState> = {
  name: "Connect",
  async run(state, signal) {
    const { config, keyPair, ui } = state;
    const host = config.ssh_host ?? (await findAddress(state, signal));
    const { privateKey } = keyPair;
    const options = await readSshOptions(config, { host, privateKey });
    ui.say(`Connecting to ${options.username}@${options.host}:${options.port}`);
    await orInstanceFailed(state, signal, async () => {
      if (config.pause_before_connecting > 0) {
        await using first = new SshCommunicator(options);
        await first.connect({ signal });
        await sleep(config.pause_before_connecting, undefined, { signal });
      }
      state.communicator = new SshCommunicator(options);
      await state.communicator.connect({ signal });
    });
    ui.say("Connected");
  },
  async cleanUp({ communicator }) {
    await communicator?.close();
  },
  leftBehind: () => [],
};

/** Source: packer-plugin-amazon 1.8.2, `common/ssh.go`. */
async function findAddress(state: InstanceState, signal: AbortSignal): Promise<string> {
  const { config, ec2, home, instance } = state;
  const wanted = config.ssh_interface;
  let looks = 0;
  const found = await waitFor({
    what: `the instance ${instanceOf(state).id} to have an address`,
    async look() {
      if (looks++ > 0) {
        const { id } = instanceOf(state);
        instance.details = (await home.instance(id, { signal })) ?? instanceOf(state);
      }
      const { addresses } = instanceOf(state);
      const first = wanted ?? "public_ip";
      if (addresses[first] !== undefined) return addresses[first];
      return looks < ADDRESS_LOOKS ? undefined : (nextBest(addresses, wanted) ?? "");
    },
    limit: ec2.pace.settleLimit,
    pace: ec2.pace,
    signal,
  });
  if (found !== "") return found;
  throw new AmazonError(
    "NOT_REACHABLE",
    `the instance ${instanceOf(state).id} in ${home.name} has no ${wanted ?? "address"}; choose another ssh_interface, or a subnet_id or associate_public_ip_address that gives it one`,
  );
}

function nextBest(
  { private_ip, public_dns }: Ec2Instance["addresses"],
  wanted: AddressKind | undefined,
): string | undefined {
  return wanted === undefined ? (private_ip ?? public_dns) : undefined;
}
