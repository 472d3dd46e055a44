import type { Step, StepsOutcome } from "@packerkit/plugin-sdk";
import type { Ec2Instance } from "../answers.ts";
import type { InstanceState } from "../build-state.ts";
import { instanceRequest } from "../instance-request.ts";
import { waitForInstance } from "../instances.ts";
import { make } from "../making.ts";
import { findMade, waitFor } from "../pace.ts";

/**
 * Starts the instance, and terminates it in the end. Of the volumes that do not go with it, those stay that the
 * template asks for, and after a failure none.
 *
 * Source: packer-plugin-amazon 1.8.2, `common/step_run_source_instance.go`, `common/step_cleanup_volumes.go`.
 */
export const startInstance: Step<InstanceState> = {
  name: "Start instance",
  async run(state, signal) {
    const { ec2, home, instance, ui } = state;
    ui.say("Starting an instance");
    const request = await instanceRequest(state);
    instance.details = await make(instance, () => home.runInstance(request, { signal }));
    ui.say(`Waiting for the instance ${instance.details.id} to run`);
    const { id } = instance.details;
    instance.details = await waitForInstance(home, ec2.pace, id, "running", signal);
  },
  async cleanUp(state, outcome) {
    for (const instance of await ownInstances(state, outcome)) {
      await removeInstance(state, instance, outcome);
    }
  },
  leftBehind: ({ instance, token }) =>
    instance.asked ? [`instance ${instance.details?.id ?? `with the client token ${token}`}`] : [],
};

/** The instances that this build started, as they are now: none, or one. */
async function ownInstances(
  { ec2, home, instance, token }: InstanceState,
  outcome: StepsOutcome,
): Promise<Ec2Instance[]> {
  if (!instance.asked) return [];
  const { details, isUncertain } = instance;
  if (details === undefined && !isUncertain) return [];
  // It was seen when it had stopped, and nothing has changed since.
  if (details !== undefined && outcome === "succeeded") return [details];
  return await findMade(isUncertain && details === undefined, ec2.pace, async () => {
    if (details === undefined) return await home.instancesOf(token);
    return [(await home.instance(details.id).catch(() => undefined)) ?? details];
  });
}

async function removeInstance(
  state: InstanceState,
  instance: Ec2Instance,
  outcome: StepsOutcome,
): Promise<void> {
  const { ec2, home, ui } = state;
  const known = [...instance.volumes, ...(state.instance.details?.volumes ?? [])];
  const volumeIds = known
    .filter(({ goesWithInstance }) => !goesWithInstance)
    .filter(({ deviceName }) => outcome !== "succeeded" || !isAskedFor(state, deviceName))
    .map(({ volumeId }) => volumeId);
  ui.say(`Terminating the instance ${instance.id}`);
  const isGone = await home.terminateInstance(instance.id);
  if (!isGone) await waitForInstance(home, ec2.pace, instance.id, "terminated", undefined);
  if (volumeIds.length > 0) await removeVolumes(state, [...new Set(volumeIds)]);
}

/** Removes volumes of the instance that do not go with it. They are in use until EC2 has detached them. */
async function removeVolumes({ ec2, home, ui }: InstanceState, ids: string[]): Promise<void> {
  const left = await waitFor({
    what: `the volumes ${ids.join(", ")} in ${home.name} to be detached`,
    async look() {
      const volumes = await home.volumes({ ids });
      return volumes.some((volume) => volume.state === "in-use") ? undefined : volumes;
    },
    limit: ec2.pace.instanceLimit,
    pace: ec2.pace,
    signal: undefined,
  });
  for (const { id } of left.filter((volume) => volume.state === "available")) {
    ui.say(`Deleting the volume ${id}`);
    await home.deleteVolume(id);
  }
}

function isAskedFor({ devices }: InstanceState, deviceName: string): boolean {
  return devices.some(({ device_name }) => device_name === deviceName);
}
