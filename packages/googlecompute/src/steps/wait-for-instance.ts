import { setTimeout as sleep } from "node:timers/promises";
import type { Step, Ui } from "@packerkit/plugin-sdk";
import type { BuildState } from "../build-state.ts";
import type { InstanceResource } from "../client.ts";
import { GoogleComputeError } from "../errors.ts";
import { inTime } from "../made.ts";

/** Waits until the instance runs, and finds its address. */
export function waitForInstance(ui: Ui): Step<BuildState> {
  return {
    name: "Wait for the instance",
    async run(state, signal) {
      const { config, instance } = state;
      const what = `waiting for the instance ${instance.name}`;
      const running = await inTime(what, config.state_timeout, signal, (limited) =>
        untilItRuns(state, limited),
      );
      state.address = addressOf(running, config.use_internal_ip);
      ui.say(`The instance ${instance.name} runs at ${state.address || "no external address"}`);
    },
  };
}

/** Where an instance goes that is not on its way to running. */
const ENDED = ["STOPPING", "SUSPENDING", "SUSPENDED", "TERMINATED"];

async function untilItRuns(
  { client, instance }: BuildState,
  signal: AbortSignal,
): Promise<InstanceResource> {
  for (let pause = 20; ; pause = Math.min(pause * 2, 2000)) {
    const found = await client.findInstance(instance, signal);
    if (found?.status === "RUNNING") return found;
    if (found === undefined || ENDED.includes(found.status ?? "")) {
      const status = found?.status ?? "gone";
      throw new GoogleComputeError(
        "INSTANCE_FAILED",
        `the instance ${instance.name} is ${status} before it was ready: see its log in the console, and whether it is preemptible`,
      );
    }
    await sleep(pause, undefined, { signal });
  }
}

function addressOf({ networkInterfaces }: InstanceResource, isInternal: boolean): string {
  const addresses = (networkInterfaces ?? []).flatMap(({ accessConfigs, networkIP }) =>
    isInternal ? [networkIP] : (accessConfigs ?? []).map(({ natIP }) => natIP),
  );
  return addresses.find((address) => address) ?? "";
}
