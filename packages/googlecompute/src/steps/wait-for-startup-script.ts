import { setTimeout as sleep } from "node:timers/promises";
import type { Step, Ui } from "@packerkit/plugin-sdk";
import type { BuildState } from "../build-state.ts";
import type { ComputeClient, ZonalName } from "../client.ts";
import { GoogleComputeError } from "../errors.ts";
import { SCRIPT_STATUS } from "../startup-script.ts";

/** How much of what an instance printed an error repeats, in characters from the end. */
const PRINTED = 1000;

/** Waits until the instance's start-up script has ended well. */
export function waitForStartupScript(ui: Ui): Step<BuildState> {
  return {
    name: "Wait for the start-up script",
    async run({ client, instance }, signal) {
      ui.say("Waiting for the start-up script to end");
      await untilScriptEnds(client, instance, signal);
    },
  };
}

/**
 * Resolves when an instance's start-up script has told that it ended well. How long it may take is not limited.
 *
 * @throws {GoogleComputeError} `STARTUP_SCRIPT_FAILED`, with what the instance printed last; `INSTANCE_FAILED`.
 */
export async function untilScriptEnds(
  client: ComputeClient,
  instance: ZonalName,
  signal: AbortSignal,
): Promise<void> {
  for (let pause = 20; ; pause = Math.min(pause * 2, 5000)) {
    const found = await client.findInstance(instance, signal);
    if (found?.status !== "RUNNING") {
      throw new GoogleComputeError(
        "INSTANCE_FAILED",
        `the instance ${instance.name} is ${found?.status ?? "gone"} before its start-up script ended`,
      );
    }
    const items = found.metadata?.items ?? [];
    const status = items.find(({ key }) => key === SCRIPT_STATUS)?.value;
    if (status === "done") return;
    if (status === "error") {
      const printed = (await client.serialOutput(instance, signal)).trim().slice(-PRINTED);
      throw new GoogleComputeError(
        "STARTUP_SCRIPT_FAILED",
        `the start-up script of the instance ${instance.name} failed; the instance printed last:\n${printed}`,
      );
    }
    await sleep(pause, undefined, { signal });
  }
}
