import type { Step } from "@packerkit/plugin-sdk";
import { type Build, type BuildState, made } from "../build-state.ts";
import { bootOrderXml } from "../hardware/boot-order.ts";
import { configSpecXml } from "../hardware/config-spec.ts";
import { devicesOf, powerOn, reconfigure } from "../vim25/virtual-machine.ts";

/** Powers the machine on, with the boot order that the settings ask for. */
export function bootMachine({ config, session, ui }: Build): Step<BuildState> {
  return {
    name: "Boot machine",
    async run(state, signal) {
      const vm = made(state, "vm");
      if (config.boot_order !== "") {
        const devices = await devicesOf(session, vm, signal);
        const bootOrder = bootOrderXml(config.boot_order, devices);
        await reconfigure(session, vm, configSpecXml({ bootOrder }), signal);
      }
      ui.say("Powering the machine on");
      await powerOn(session, vm, signal);
    },
  };
}
