import type { Step, Ui } from "@packerkit/plugin-sdk";
import type { BuildState } from "../build-state.ts";
import { AzureError } from "../errors.ts";
import { nameOf } from "../machine-request.ts";

/** Finds where the machine is reached: at its public address where it has one. */
export function findAddress(ui: Ui): Step<BuildState> {
  return {
    name: "Find the machine's address",
    async run(state, signal) {
      const { machine, publicAddress } = state;
      const address = publicAddress.mayExist
        ? await publicAddressOf(state, signal)
        : await privateAddressOf(state, signal);
      if (address === undefined) {
        throw new AzureError(
          "NOT_FOUND",
          `the machine ${nameOf(machine.id)} has no address; check its network, or name the address with ssh_host`,
        );
      }
      state.address = address;
      ui.say(`The machine ${nameOf(machine.id)} runs at ${address}`);
    },
  };
}

async function publicAddressOf(
  { client, publicAddress }: BuildState,
  signal: AbortSignal,
): Promise<string | undefined> {
  const found = await client.findResource(publicAddress.id, signal);
  return found?.properties?.["ipAddress"] as string | undefined;
}

async function privateAddressOf(
  { client, networkInterface }: BuildState,
  signal: AbortSignal,
): Promise<string | undefined> {
  const found = await client.findResource(networkInterface.id, signal);
  const configurations = (found?.properties?.["ipConfigurations"] ?? []) as {
    properties?: { privateIPAddress?: string };
  }[];
  return configurations[0]?.properties?.privateIPAddress;
}
