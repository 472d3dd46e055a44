import type { Step } from "@packerkit/plugin-sdk";
import { type Build, type BuildState, made } from "../build-state.ts";
import { addedCdroms } from "../hardware/cdroms.ts";
import { configSpecXml, isEmptySpec } from "../hardware/config-spec.ts";
import { addedDisks } from "../hardware/disks.ts";
import { connectedAdapter } from "../hardware/network-adapters.ts";
import { findNetwork, networkBacking } from "../inventory/networks.ts";
import { type Device, NewKeys, Places } from "../vim25/virtual-devices.ts";
import { devicesOf, reconfigure } from "../vim25/virtual-machine.ts";
import type { XmlElements } from "../vim25/xml.ts";

/** What to connect a machine's first network adapter to. */
export interface FirstAdapter {
  readonly network: string;
  readonly mac_address: string;
}

/** Gives a cloned machine the hardware and the settings that the template asks for, in one go. */
export function configureMachine(build: Build & { config: FirstAdapter }): Step<BuildState> {
  const { config, session, ui } = build;
  return {
    name: "Configure machine",
    async run(state, signal) {
      const vm = made(state, "vm");
      const deviceChange = needsDevices(state)
        ? await deviceChanges(await devicesOf(session, vm, signal), state, signal)
        : [];
      const spec = configSpecXml({
        annotation: config.notes || undefined,
        hardware: config,
        deviceChange,
        extraConfig: config.configuration_parameters,
      });
      if (isEmptySpec(spec)) return;
      ui.say("Configuring the machine");
      await reconfigure(session, vm, spec, signal);
    },
  };

  function needsDevices({ isoPaths }: BuildState): boolean {
    return isoPaths.length > 0 || config.storage.length > 0 || config.network !== "";
  }

  async function deviceChanges(
    devices: readonly Device[],
    state: BuildState,
    signal: AbortSignal,
  ): Promise<XmlElements[]> {
    const keys = new NewKeys();
    const places = new Places(devices);
    return [
      ...addedDisks(config, devices, keys, places),
      ...addedCdroms(config, state.isoPaths, devices, keys, places),
      ...(config.network === "" ? [] : [await connected(devices, state, signal)]),
    ];
  }

  async function connected(
    devices: readonly Device[],
    state: BuildState,
    signal: AbortSignal,
  ): Promise<XmlElements> {
    const { datacenter, compute } = made(state, "place");
    const reachable = compute.networks;
    const network = await findNetwork(session, datacenter, config.network, reachable, signal);
    const backing = await networkBacking(session, network, signal);
    return connectedAdapter(devices, backing, config.mac_address);
  }
}
