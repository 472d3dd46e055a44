import { BlockList, isIPv4, isIPv6 } from "node:net";
import type { Step } from "@packerkit/plugin-sdk";
import { formatDuration } from "@packerkit/ssh-communicator";
import { type Build, type BuildState, made } from "../build-state.ts";
import { parseNetwork } from "../config/guest.ts";
import { VSphereError } from "../errors.ts";
import { type WatchedValues, waitForProperties } from "../vim25/property-updates.ts";

const PATHS = ["guest.net", "guest.ipAddress"];

/**
 * Waits until VMware Tools tell an address of the machine that stays the same for a while.
 *
 * Source of the behaviour: packer-plugin-vsphere `common/step_wait_for_ip.go`.
 */
export function waitForAddress({ config, session, ui }: Build): Step<BuildState> {
  const accepts = addressFilter(config.ip_wait_address);
  return {
    name: "Wait for address",
    async run(state, signal) {
      const vm = made(state, "vm");
      const deadline = performance.now() + config.ip_wait_timeout;
      ui.say("Waiting for the machine's address");
      let address = await nextAddress(vm, undefined, config.ip_wait_timeout, signal);
      while (address !== undefined) {
        state.address = address;
        const settle = Math.min(config.ip_settle_timeout, deadline - performance.now());
        address = await nextAddress(vm, address, settle, signal);
      }
      if (state.address === undefined) {
        throw new VSphereError(
          "TIMED_OUT",
          `the machine told no address${config.ip_wait_address === "" ? "" : ` of ${config.ip_wait_address}`} in ${formatDuration(config.ip_wait_timeout)}; check that VMware Tools run on it, or give it with ssh_host`,
        );
      }
      ui.say(`The machine's address is ${state.address}`);
    },
  };

  /** The next address that is another than `last`; undefined where none comes in time. */
  async function nextAddress(
    object: NonNullable<BuildState["vm"]>,
    last: string | undefined,
    timeout: number,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    try {
      const watched = { object, paths: PATHS, timeout: Math.max(0, timeout), signal };
      return await waitForProperties(session, watched, (values) => {
        const address = addressesIn(values).find(accepts);
        return address === last ? undefined : address;
      });
    } catch (error) {
      if (error instanceof VSphereError && error.code === "TIMED_OUT") return undefined;
      throw error;
    }
  }
}

function addressesIn(values: WatchedValues): string[] {
  const cards = values.get("guest.net")?.children("GuestNicInfo") ?? [];
  const own = values.get("guest.ipAddress")?.text ?? "";
  return [...cards.flatMap((card) => card.children("ipAddress").map(({ text }) => text)), own];
}

/** Any address passes where no network is asked for. */
function addressFilter(network: string): (address: string) => boolean {
  const parsed = parseNetwork(network);
  if (parsed === undefined) return (address) => isIPv4(address) || isIPv6(address);
  const inside = new BlockList();
  inside.addSubnet(parsed.address, parsed.prefix, parsed.family);
  return (address) => {
    if (parsed.family === "ipv4" ? !isIPv4(address) : !isIPv6(address)) return false;
    return inside.check(address, parsed.family);
  };
}
