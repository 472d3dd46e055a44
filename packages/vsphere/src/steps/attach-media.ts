import type { Step } from "@packerkit/plugin-sdk";
import { type Build, type BuildState, made } from "../build-state.ts";
import { bootOrderXml } from "../hardware/boot-order.ts";
import { addedCdroms } from "../hardware/cdroms.ts";
import { configSpecXml, isEmptySpec } from "../hardware/config-spec.ts";
import { NewKeys, Places } from "../vim25/virtual-devices.ts";
import { devicesOf, reconfigure } from "../vim25/virtual-machine.ts";

/** Puts the ISO images into drives, and where no order is asked for, has the machine boot from its disk first, and from them. */
export function attachMedia({ config, session, ui }: Build): Step<BuildState> {
  return {
    name: "Attach media",
    async run(state, signal) {
      const vm = made(state, "vm");
      const devices = await devicesOf(session, vm, signal);
      const places = new Places(devices);
      for (const path of state.isoPaths) ui.say(`Attaching ${path}`);
      const drives = addedCdroms(config, state.isoPaths, devices, new NewKeys(), places);
      state.hasOwnBootOrder = config.boot_order === "";
      const spec = configSpecXml({
        deviceChange: drives,
        ...(state.hasOwnBootOrder
          ? { bootOrder: bootOrderXml("disk,cdrom", devices, drives.length > 0) }
          : {}),
      });
      if (isEmptySpec(spec)) return;
      await reconfigure(session, vm, spec, signal);
    },
  };
}
