import { type BuildContext, provisionStep, type Step } from "@packerkit/plugin-sdk";
import { type Build, type BuildState, made } from "../build-state.ts";
import { connectSsh } from "./connect-ssh.ts";
import { waitForAddress } from "./wait-for-address.ts";

/** The steps in which a machine that runs is reached and provisioned. */
export function guestSteps(
  build: Build,
  context: Pick<BuildContext<unknown>, "hook" | "ui">,
): Step<BuildState>[] {
  const { config } = build;
  if (config.communicator === "none") return [];
  return [
    ...(config.ssh_host === undefined ? [waitForAddress(build)] : []),
    connectSsh(build),
    provisionStep(context, (state: BuildState) => ({
      communicator: made(state, "communicator"),
      id: config.vm_name,
      data: {},
    })),
  ];
}
