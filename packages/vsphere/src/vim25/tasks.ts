import { isFault, VSphereError } from "../errors.ts";
import { type Fault, faultError, readLocalizedFault } from "./faults.ts";
import { propertiesOf } from "./property-collector.ts";
import { waitForProperties } from "./property-updates.ts";
import { type ManagedObjectReference, referenceText } from "./reference.ts";
import type { VimSession } from "./session.ts";
import type { XmlElements, XmlNode } from "./xml.ts";

/** How a task ended. */
export type TaskEnd =
  | { readonly state: "success"; readonly result: XmlNode | undefined }
  | { readonly state: "error"; readonly fault: Fault };

/** How long a cancelled task may take to end, in milliseconds. */
const CANCEL_LIMIT = 10 * 60_000;

/** Waits for the end of a task. @throws {VSphereError} `FAULT` as `ManagedObjectNotFound` for one that is forgotten. */
export async function taskEnd(
  session: VimSession,
  task: ManagedObjectReference,
  options: { signal?: AbortSignal | undefined; timeout?: number } = {},
): Promise<TaskEnd> {
  const paths = ["info.state", "info.result", "info.error"];
  return await waitForProperties(session, { object: task, paths, ...options }, (values) => {
    const state = values.get("info.state")?.text;
    if (state === "success") return { state, result: values.get("info.result") };
    const error = values.get("info.error");
    if (state === "error" && error !== undefined) {
      return { state, fault: readLocalizedFault(error) };
    }
    return undefined;
  });
}

/**
 * Waits for the end of a task and answers its result. Where the signal aborts, the task is cancelled, and has ended by
 * the time that this rejects.
 *
 * @throws {VSphereError} `FAULT` with vSphere's name of it where the task failed; `what` names the task in the message.
 */
export async function finishTask(
  session: VimSession,
  task: ManagedObjectReference,
  what: string,
  signal?: AbortSignal,
): Promise<XmlNode | undefined> {
  try {
    const end = await taskEnd(session, task, { signal });
    if (end.state === "success") return end.result;
    throw faultError(what, end.fault);
  } catch (error) {
    if (signal?.aborted) await cancelTask(session, task);
    throw error;
  }
}

async function cancelTask(session: VimSession, task: ManagedObjectReference): Promise<void> {
  try {
    await session.call("CancelTask", task);
  } catch (error) {
    // One that has ended, or cannot be cancelled, goes its own way.
    if (!isFault(error, "InvalidState", "NotSupported", "ManagedObjectNotFound")) throw error;
  }
  await taskEnd(session, task, { timeout: CANCEL_LIMIT });
}

/** Starts the task of a method such as `CloneVM_Task`; answers the task. @throws {VSphereError} as any call. */
export async function startTask(
  session: VimSession,
  method: string,
  self: ManagedObjectReference,
  parameters: XmlElements = {},
): Promise<ManagedObjectReference> {
  const answer = await session.call(method, self, parameters);
  const task = answer.child("returnval")?.reference;
  if (task !== undefined) return task;
  throw new VSphereError("BAD_ANSWER", `${method} of ${referenceText(self)} answered no task`);
}

/** Runs the task of a method to its end, and answers its result. @throws {VSphereError} as {@link finishTask}. */
export async function runTask(
  session: VimSession,
  method: string,
  self: ManagedObjectReference,
  parameters: XmlElements = {},
  signal?: AbortSignal,
): Promise<XmlNode | undefined> {
  signal?.throwIfAborted();
  const task = await startTask(session, method, self, parameters);
  return await finishTask(session, task, `${method} of ${referenceText(self)}`, signal);
}

/** Waits until no task works on an object. Tasks of others count too: nothing tells them apart. */
export async function waitForRunningTasks(
  session: VimSession,
  entity: ManagedObjectReference,
): Promise<void> {
  try {
    const properties = await propertiesOf(session, entity, ["recentTask"]);
    for (const task of properties.references("recentTask")) {
      await taskEnd(session, task, { timeout: CANCEL_LIMIT }).catch(ignoreGone);
    }
  } catch (error) {
    ignoreGone(error);
  }
}

/** A task is forgotten some minutes after its end, and an object that is gone has none. */
function ignoreGone(error: unknown): void {
  if (!isFault(error, "ManagedObjectNotFound")) throw error;
}
