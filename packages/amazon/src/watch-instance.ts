import type { InstanceState } from "./build-state.ts";
import { messageOf } from "./errors.ts";
import { instanceFailed } from "./instances.ts";

/**
 * Does work on the instance. Where it fails because the instance does not run any more, the error says so.
 *
 * @throws {AmazonError} `INSTANCE_FAILED`; whatever the work throws.
 */
export async function orInstanceFailed<Result>(
  { home, instance }: InstanceState,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const id = instance.details?.id;
    if (signal.aborted || id === undefined) throw error;
    const now = await home.instance(id, { signal }).catch(() => instance.details);
    const state = now?.state ?? "terminated";
    if (state === "running") throw error;
    throw instanceFailed(
      {
        ...now,
        id,
        state,
        stateReason: now?.stateReason,
        vpcId: undefined,
        addresses: {},
        volumes: [],
      },
      home.name,
      `while it was needed: ${messageOf(error)}`,
      error,
    );
  }
}
