import { VimFault } from "./fault.ts";
import { Entity, ManagedObject, type Properties, type Registry } from "./objects.ts";
import { data, reference, type Value, word } from "./values.ts";
import { VirtualMachine } from "./virtual-machine.ts";

type TaskState = "running" | "success" | "error";

/** Work that takes a while. */
export class Task extends ManagedObject {
  readonly type = "Task";
  state: TaskState = "running";
  result: Value | undefined;
  fault: VimFault | undefined;

  properties(): Properties {
    return {
      "info.state": () => word("TaskInfoState", this.state),
      "info.result": () => this.result,
      "info.error": () => this.fault && localizedFault(this.fault),
    };
  }
}

/** A `LocalizedMethodFault`. */
export function localizedFault({ fault, message, elements }: VimFault): Value {
  return data("LocalizedMethodFault", {
    fault: data(fault, elements),
    localizedMessage: message,
  });
}

/** Runs tasks: each begins at once and takes effect after a while, if nobody has cancelled it by then. */
export class Tasks {
  readonly #registry: Registry;
  readonly #duration: number;
  readonly #pending = new Map<Task, NodeJS.Timeout>();
  #closed = false;

  /** @param duration In milliseconds. */
  constructor(registry: Registry, duration: number) {
    this.#registry = registry;
    this.#duration = duration;
  }

  /**
   * Starts a task on an object.
   *
   * @throws {VimFault} `TaskInProgress` where another works on the same machine.
   */
  start(on: ManagedObject, work: () => Value | undefined): Task {
    if (on instanceof VirtualMachine && on.task !== undefined) {
      throw new VimFault(
        "TaskInProgress",
        "The operation cannot be allowed at the moment because the virtual machine has a task in progress.",
        { task: { "@type": "Task", "#text": on.task.id } },
      );
    }
    const task = this.#registry.add(new Task(this.#registry.newId("task")));
    if (on instanceof VirtualMachine) on.task = task;
    if (on instanceof Entity) on.recentTasks.push(task);
    const finish = () => this.#finish(task, on, work);
    this.#pending.set(task, setTimeout(finish, this.#duration));
    return task;
  }

  /** @throws {VimFault} `InvalidState` where it has ended. */
  cancel(task: Task): void {
    const timer = this.#pending.get(task);
    if (timer === undefined) {
      throw new VimFault("InvalidState", "The operation is not allowed in the current state.");
    }
    clearTimeout(timer);
    const cancelled = () => {
      throw new VimFault("RequestCanceled", "The task was canceled by a user.");
    };
    const on = this.#registry.all(VirtualMachine).find((machine) => machine.task === task);
    this.#finish(task, on, cancelled);
  }

  /** Ends all that still runs. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#pending.values()) clearTimeout(timer);
    this.#pending.clear();
  }

  /** Does something after a while, as a guest does. */
  later(work: () => void, delay = this.#duration): void {
    setTimeout(() => {
      if (this.#closed) return;
      work();
      this.#registry.changed();
    }, delay).unref();
  }

  #finish(task: Task, on: ManagedObject | undefined, work: () => Value | undefined): void {
    this.#pending.delete(task);
    if (on instanceof VirtualMachine) on.task = undefined;
    try {
      if (on instanceof Entity && !this.#registry.has(on)) this.#registry.get(on.id);
      task.result = work();
      task.state = "success";
    } catch (error) {
      task.fault =
        error instanceof VimFault ? error : new VimFault("SystemError", (error as Error).message);
      task.state = "error";
    }
    this.#registry.changed();
  }
}

/** The answer of a method that starts a task. */
export function taskAnswer(task: Task): { returnval: Value } {
  return { returnval: reference(task) };
}
