import type { Ec2Instance } from "./answers.ts";
import type { Ec2Region } from "./ec2-region.ts";
import { AmazonError, isNotFound } from "./errors.ts";
import { type Pace, waitFor } from "./pace.ts";

/** From which states an instance may still come to another one. */
const ON_THE_WAY: Readonly<Record<"running" | "stopped" | "terminated", readonly string[]>> = {
  running: ["pending"],
  stopped: ["running", "stopping", "pending"],
  terminated: ["pending", "running", "stopping", "stopped", "shutting-down"],
};

/**
 * Waits until an instance is in a state. One that is gone counts as terminated.
 *
 * @throws {AmazonError} `INSTANCE_FAILED` where it cannot come there any more; `TIMED_OUT`.
 */
export async function waitForInstance(
  region: Ec2Region,
  pace: Pace,
  id: string,
  state: keyof typeof ON_THE_WAY,
  signal: AbortSignal | undefined,
): Promise<Ec2Instance> {
  const gone: Ec2Instance = {
    id,
    state: "terminated",
    stateReason: undefined,
    vpcId: undefined,
    addresses: {},
    volumes: [],
  };
  return await waitFor({
    what: `the instance ${id} in ${region.name} to be ${state}`,
    async look() {
      let seen: Ec2Instance | undefined;
      try {
        seen = await region.instance(id, { signal });
      } catch (error) {
        if (state === "terminated" && isNotFound(error)) return gone;
        throw error;
      }
      if (seen === undefined) return state === "terminated" ? gone : undefined;
      if (seen.state === state) return seen;
      if (ON_THE_WAY[state].includes(seen.state)) return undefined;
      throw instanceFailed(seen, region.name, `and cannot be ${state} any more`);
    },
    limit: pace.instanceLimit,
    pace,
    signal,
  });
}

/** The error for an instance that is not as it should be. */
export function instanceFailed(
  { id, state, stateReason }: Ec2Instance,
  region: string,
  consequence: string,
  cause?: unknown,
): AmazonError {
  const reason = stateReason === undefined ? "" : ` (${stateReason})`;
  return new AmazonError(
    "INSTANCE_FAILED",
    `the instance ${id} in ${region} is ${state}${reason}, ${consequence}`,
    { cause },
  );
}
