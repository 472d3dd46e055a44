import type { Step, Ui } from "@packerkit/plugin-sdk";
import type { BuildState } from "../build-state.ts";
import { GoogleComputeError } from "../errors.ts";
import { requireFreeName } from "../new-image.ts";

/** Finds out, before anything is made, whether the cloud can take what is to be made. */
export function checkTarget(ui: Ui, isForced: boolean): Step<BuildState> {
  return {
    name: "Check the target",
    async run(state, signal) {
      ui.say(`Checking ${state.instance.zone}, and that the names are free`);
      await Promise.all([
        checkZone(state, signal),
        state.config.skip_create_image
          ? undefined
          : requireFreeName(state.client, state.image, isForced, signal),
        checkOwnNames(state, signal),
      ]);
    },
  };
}

async function checkZone({ client, config }: BuildState, signal: AbortSignal): Promise<void> {
  const { project_id: project, zone, region } = config;
  const found = await told(client.getZone(project, zone, signal), "check zone and project_id");
  const actual = found.region?.split("/").at(-1);
  if (region !== undefined && actual !== region) {
    throw new GoogleComputeError(
      "ZONE_NOT_IN_REGION",
      `the zone ${zone} is in the region ${actual}, not in ${region}; leave region out, or make it ${actual}`,
    );
  }
  const type = client.requireMachineType({ project, zone, name: config.machine_type }, signal);
  await told(type, "check machine_type, and that the zone has it");
}

/** Names that the build makes up are its own; those that the user chose may be another's. */
async function checkOwnNames(state: BuildState, signal: AbortSignal): Promise<void> {
  const { client, config, instance, disk } = state;
  const { instance_name: instanceName, disk_name: diskName } = config;
  const isTaken =
    instanceName !== undefined && (await client.findInstance(instance, signal)) !== undefined;
  if (isTaken) throw taken("instance", instance.name, "instance_name");
  if (instanceName === undefined && diskName === undefined) return;
  if (await client.hasDisk(disk, signal)) throw taken("disk", disk.name, "disk_name");
}

function taken(kind: string, name: string, setting: string): GoogleComputeError {
  return new GoogleComputeError(
    "ALREADY_EXISTS",
    `the zone has the ${kind} ${name} already; choose another ${setting}, or leave it out`,
  );
}

/** Adds to an error that something is not there which setting is to be looked at. */
async function told<Answer>(call: Promise<Answer>, cure: string): Promise<Answer> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof GoogleComputeError && error.code === "NOT_FOUND")) throw error;
    const { status, reason } = error;
    throw new GoogleComputeError("NOT_FOUND", `${error.message}; ${cure}`, {
      cause: error,
      status,
      reason,
    });
  }
}
