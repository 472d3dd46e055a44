import type { Step } from "@packerkit/plugin-sdk";
import type { Build, BuildState } from "../build-state.ts";

/** Signs in to the vCenter; signs out in the end, whatever happened. */
export function connect({ config, ui, session, libraries }: Build): Step<BuildState> {
  return {
    name: "Connect",
    async run() {
      ui.say(`Connecting to ${config.vcenter_server}`);
      await session.signIn();
    },
    async cleanUp() {
      await libraries.signOut();
      await session.signOut();
    },
    leftBehind: () => [`the session on ${config.vcenter_server}, until it times out`],
  };
}
