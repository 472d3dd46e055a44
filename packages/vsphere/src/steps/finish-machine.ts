import type { Step } from "@packerkit/plugin-sdk";
import { type Build, type BuildState, made } from "../build-state.ts";
import { createSnapshot, destroyVirtualMachine, markAsTemplate } from "../vim25/virtual-machine.ts";

/** Takes the snapshot that linked clones start from. */
export function takeSnapshot({ config, session, ui }: Build): Step<BuildState> {
  return {
    name: "Take snapshot",
    async run(state, signal) {
      ui.say(`Taking the snapshot "${config.snapshot_name}"`);
      await createSnapshot(session, made(state, "vm"), { name: config.snapshot_name }, signal);
    },
  };
}

export function convertToTemplate({ session, ui }: Build): Step<BuildState> {
  return {
    name: "Convert to template",
    async run(state, signal) {
      ui.say("Converting the machine to a template");
      await markAsTemplate(session, made(state, "vm"));
      signal.throwIfAborted();
    },
  };
}

/** Destroys the machine once all has been made of it that the settings ask for. */
export function destroyMachine({ session, ui }: Build): Step<BuildState> {
  return {
    name: "Destroy machine",
    async run(state) {
      ui.say("Destroying the machine");
      await destroyVirtualMachine(session, made(state, "vm"));
      state.isDestroyed = true;
    },
  };
}
