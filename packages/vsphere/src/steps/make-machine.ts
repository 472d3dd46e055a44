import { setTimeout as sleep } from "node:timers/promises";
import type { Build, BuildState } from "../build-state.ts";
import { made } from "../build-state.ts";
import { VSphereError } from "../errors.ts";
import { makeFolders } from "../inventory/folders.ts";
import { propertiesOf } from "../vim25/property-collector.ts";
import { type ManagedObjectReference, referenceText } from "../vim25/reference.ts";
import { findChild } from "../vim25/search-index.ts";
import { finishTask, startTask, taskEnd, waitForRunningTasks } from "../vim25/tasks.ts";
import { destroyVirtualMachine } from "../vim25/virtual-machine.ts";
import type { XmlElements } from "../vim25/xml.ts";

/** The advanced setting by which a build knows the machine that it made. */
export const TOKEN_KEY = "packerkit.build";

/** Makes the folder where it is missing, and removes what has the name where `-force` says so; answers the folder. */
export async function prepareName(
  { config, session, ui }: Build,
  state: BuildState,
  signal: AbortSignal,
): Promise<ManagedObjectReference> {
  const place = made(state, "place");
  place.folder ??= await makeFolders(session, place.datacenter, config.folder, signal);
  if (place.isFree) return place.folder;
  const old = await findChild(session, place.folder, config.vm_name, { signal });
  if (old === undefined) return place.folder;
  if (old.type !== "VirtualMachine") {
    throw new VSphereError(
      "NAME_TAKEN",
      `"${config.vm_name}" is the name of a ${old.type} there; choose another vm_name`,
    );
  }
  ui.say(`Destroying ${referenceText(old)}, which has the name ${config.vm_name}`);
  await destroyVirtualMachine(session, old);
  return place.folder;
}

/** Runs the task that makes the machine, and keeps track of it for the clean-up. */
export async function makeMachine(
  { session }: Build,
  state: BuildState,
  asked: { method: string; self: ManagedObjectReference; parameters: XmlElements },
  signal: AbortSignal,
): Promise<ManagedObjectReference> {
  const { method, self, parameters } = asked;
  state.making = { entity: self, task: undefined };
  state.making.task = await startTask(session, method, self, parameters);
  const what = `${method} of ${referenceText(self)}`;
  const vm = (await finishTask(session, state.making.task, what, signal))?.reference;
  if (vm === undefined) throw new VSphereError("BAD_ANSWER", `${what} answered no machine`);
  state.vm = vm;
  return vm;
}

/** Removes the machine of a build that did not succeed, however far its making came. */
export async function removeMachine(build: Build, state: BuildState): Promise<void> {
  const vm = state.vm ?? (await findMadeMachine(build, state));
  if (vm === undefined) return;
  build.ui.say(`Destroying ${build.config.vm_name} (${referenceText(vm)})`);
  await waitForRunningTasks(build.session, vm);
  await destroyVirtualMachine(build.session, vm);
}

async function findMadeMachine(
  build: Build,
  { making, place }: BuildState,
): Promise<ManagedObjectReference | undefined> {
  if (making === undefined) return undefined;
  let isCancelled = false;
  if (making.task !== undefined) {
    const end = await taskEnd(build.session, making.task, { timeout: TASK_LIMIT });
    if (end.state === "success") return end.result?.reference;
    isCancelled = end.fault.name === "RequestCanceled";
  }
  // Where the answer that named the task got lost, the task may have run, and may still be running.
  await waitForRunningTasks(build.session, making.entity);
  for (const pause of isCancelled ? AFTER_CANCEL : [0]) {
    await sleep(pause);
    const found = await findOwnMachine(build, place);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A server may say that a task is cancelled, and still finish it: pauses before each look, in milliseconds. */
const AFTER_CANCEL = [0, 100, 200, 400];

/** What has the name, where it is of this build. */
async function findOwnMachine(
  { config, session, token }: Build,
  place: BuildState["place"],
): Promise<ManagedObjectReference | undefined> {
  const found = place?.folder && (await findChild(session, place.folder, config.vm_name));
  if (found?.type !== "VirtualMachine") return undefined;
  const path = "config.extraConfig";
  const settings = (await propertiesOf(session, found, [path])).get(path)?.children("OptionValue");
  const own = settings?.find((setting) => setting.childText("key") === TOKEN_KEY);
  return own?.childText("value") === token ? found : undefined;
}

/** How long a machine may still be in the making after the build has ended, in milliseconds. */
const TASK_LIMIT = 10 * 60_000;
