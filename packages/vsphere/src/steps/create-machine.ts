import type { Step } from "@packerkit/plugin-sdk";
import { type Build, type BuildState, made } from "../build-state.ts";
import type { IsoConfig } from "../config/iso.ts";
import { configSpecXml } from "../hardware/config-spec.ts";
import { addedDisks } from "../hardware/disks.ts";
import { addedAdapter } from "../hardware/network-adapters.ts";
import { findNetwork, networkBacking } from "../inventory/networks.ts";
import { referenceXml } from "../vim25/reference.ts";
import { deviceChange, NewKeys, Places } from "../vim25/virtual-devices.ts";
import type { XmlElements } from "../vim25/xml.ts";
import { makeMachine, prepareName, removeMachine, TOKEN_KEY } from "./make-machine.ts";

/** Makes a machine with empty disks. Source: packer-plugin-vsphere `driver/vm.go`, `CreateVM`. */
export function createMachine(build: Build<IsoConfig>): Step<BuildState> {
  const { config, session, ui, token } = build;
  return {
    name: "Create machine",
    async run(state, signal) {
      const { compute, datastore } = made(state, "place");
      const keys = new NewKeys();
      const adapters = await newAdapters(keys, state, signal);
      const spec = configSpecXml({
        name: config.vm_name,
        version: config.vm_version === 0 ? undefined : `vmx-${config.vm_version}`,
        guestId: config.guest_os_type,
        annotation: config.notes || undefined,
        files: `[${datastore.name}]`,
        hardware: config,
        deviceChange: [
          ...addedDisks(config, [], keys, new Places([])),
          ...adapters,
          ...config.usb_controller.map((kind) => usbController(kind, keys.next())),
        ],
        extraConfig: { ...config.configuration_parameters, [TOKEN_KEY]: token },
      });
      const folder = await prepareName(build, state, signal);
      ui.say(`Creating the machine ${config.vm_name}`);
      const parameters = {
        config: spec,
        pool: referenceXml(compute.pool),
        host: compute.host && referenceXml(compute.host),
      };
      await makeMachine(
        build,
        state,
        { method: "CreateVM_Task", self: folder, parameters },
        signal,
      );
    },
    async cleanUp(state, outcome) {
      if (outcome !== "succeeded") await removeMachine(build, state);
    },
    leftBehind: ({ making }) => (making === undefined ? [] : [`virtual machine ${config.vm_name}`]),
  };

  async function newAdapters(
    keys: NewKeys,
    state: BuildState,
    signal: AbortSignal,
  ): Promise<XmlElements[]> {
    const { datacenter, compute } = made(state, "place");
    return await Promise.all(
      config.network_adapters.map(async (adapter) => {
        const reachable = compute.networks;
        const network = await findNetwork(session, datacenter, adapter.network, reachable, signal);
        const backing = await networkBacking(session, network, signal);
        const { network_card: card, mac_address: macAddress, passthrough } = adapter;
        return addedAdapter({ card, backing, macAddress, passthrough }, keys.next());
      }),
    );
  }
}

function usbController(kind: "usb" | "xhci", key: number): XmlElements {
  return deviceChange(
    "add",
    kind === "usb"
      ? { "@xsi:type": "VirtualUSBController", key, busNumber: 0, ehciEnabled: true }
      : { "@xsi:type": "VirtualUSBXHCIController", key, busNumber: 0 },
  );
}
