import type { Step } from "@packerkit/plugin-sdk";
import { type Build, type BuildState, made } from "../build-state.ts";
import { CLEARED_BOOT_ORDER } from "../hardware/boot-order.ts";
import { emptiedCdroms } from "../hardware/cdroms.ts";
import { configSpecXml, isEmptySpec } from "../hardware/config-spec.ts";
import { type Device, isCdrom, isEthernetCard, removal } from "../vim25/virtual-devices.ts";
import { devicesOf, reconfigure } from "../vim25/virtual-machine.ts";
import type { XmlElements } from "../vim25/xml.ts";

/** Takes away what only the build needed: ISO images, and what else the settings say; all in one go. */
export function detachMedia({ config, session, ui }: Build): Step<BuildState> {
  return {
    name: "Detach media",
    async run(state, signal) {
      const vm = made(state, "vm");
      const spec = configSpecXml({
        deviceChange: changes(await devicesOf(session, vm, signal)),
        ...(state.hasOwnBootOrder ? { bootOrder: CLEARED_BOOT_ORDER } : {}),
      });
      if (isEmptySpec(spec)) return;
      ui.say("Detaching what only the build needed");
      await reconfigure(session, vm, spec, signal);
    },
  };

  function changes(devices: readonly Device[]): XmlElements[] {
    const removed = devices.filter(
      (device) =>
        (config.remove_cdrom && isCdrom(device)) ||
        (config.remove_network_adapter && isEthernetCard(device)),
    );
    return [...removed.map(removal), ...(config.remove_cdrom ? [] : emptiedCdroms(devices))];
  }
}
