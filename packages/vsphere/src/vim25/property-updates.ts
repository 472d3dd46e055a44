import { isFault, VSphereError } from "../errors.ts";
import { filterSpec } from "./property-collector.ts";
import { type ManagedObjectReference, referenceText } from "./reference.ts";
import type { VimSession } from "./session.ts";
import type { XmlNode } from "./xml.ts";

/** The latest values of the watched properties, by path. */
export type WatchedValues = ReadonlyMap<string, XmlNode>;

/** What to watch, and for how long. */
export interface WatchOptions {
  object: ManagedObjectReference;
  paths: readonly string[];
  signal?: AbortSignal | undefined;
  /** In milliseconds; for ever by default. */
  timeout?: number | undefined;
}

/** How long one call waits for news, in seconds; shorter than what any proxy cuts off. */
const MAX_WAIT = 30;

/**
 * Waits until the properties of an object have values from which `decide` answers something. The vCenter tells of each
 * change by itself; nothing is polled.
 *
 * @throws {VSphereError} `TIMED_OUT`; `FAULT`, as `ManagedObjectNotFound` where the object goes away.
 */
export async function waitForProperties<Answer>(
  session: VimSession,
  { object, paths, signal, timeout = Number.POSITIVE_INFINITY }: WatchOptions,
  decide: (values: WatchedValues) => Answer | undefined,
): Promise<Answer> {
  const deadline = performance.now() + timeout;
  for (let losses = 0; ; ) {
    const watch = new Watch(session, object, paths);
    let isDone = false;
    try {
      for (;;) {
        signal?.throwIfAborted();
        const answer = decide(watch.values);
        isDone = answer !== undefined;
        if (answer !== undefined) return answer;
        const left = Math.ceil((deadline - performance.now()) / 1000);
        if (left <= 0) {
          throw new VSphereError(
            "TIMED_OUT",
            `${paths.join(", ")} of ${referenceText(object)} did not come to what was waited for in ${timeout / 1000} s`,
          );
        }
        await watch.next(Math.min(left, MAX_WAIT), signal);
        losses = 0;
      }
    } catch (error) {
      const isLost = error instanceof VSphereError && error.code === "CONNECTION_LOST";
      if (isLost && !signal?.aborted && losses < MAX_LOSSES) losses++;
      else if (!(watch.isOutdated && isFault(error, ...GONE))) throw error;
    } finally {
      await watch.end(isDone);
    }
  }
}

/** How often in a row news may get lost: each time a new watch tells everything from the start. */
const MAX_LOSSES = 2;

/** What the vCenter says of a collector that went with the session that it was made in. */
const GONE = ["ManagedObjectNotFound", "InvalidCollectorVersion"];

/**
 * The property collectors of a session that nobody waits on at the moment. Each wait has one to itself: a collector
 * tells the news of all its filters to whoever asks first.
 */
const idle = new WeakMap<
  VimSession,
  { generation: number; collectors: ManagedObjectReference[] }
>();

function idleCollectors(session: VimSession): ManagedObjectReference[] {
  const known = idle.get(session);
  if (known?.generation === session.generation) return known.collectors;
  const collectors: ManagedObjectReference[] = [];
  idle.set(session, { generation: session.generation, collectors });
  return collectors;
}

async function takeCollector(session: VimSession): Promise<ManagedObjectReference> {
  await session.signIn();
  const free = idleCollectors(session).pop();
  if (free !== undefined) return free;
  const { propertyCollector } = await session.content();
  const answer = await session.call("CreatePropertyCollector", propertyCollector);
  return referenceIn(answer, "CreatePropertyCollector");
}

function referenceIn(answer: XmlNode, method: string): ManagedObjectReference {
  const reference = answer.child("returnval")?.reference;
  if (reference !== undefined) return reference;
  throw new VSphereError("BAD_ANSWER", `${method} answered no object`);
}

/** A filter on a property collector, and what it has told so far. */
class Watch {
  readonly values = new Map<string, XmlNode>();
  readonly #session: VimSession;
  readonly #object: ManagedObjectReference;
  readonly #paths: readonly string[];
  #collector: ManagedObjectReference | undefined;
  #filter: ManagedObjectReference | undefined;
  #generation = -1;
  #version = "";

  constructor(session: VimSession, object: ManagedObjectReference, paths: readonly string[]) {
    this.#session = session;
    this.#object = object;
    this.#paths = paths;
  }

  /** Whether the session was renewed since the filter was made. */
  get isOutdated(): boolean {
    return this.#collector !== undefined && this.#generation !== this.#session.generation;
  }

  /** Takes in the next changes; returns without any after `maxWaitSeconds`. */
  async next(maxWaitSeconds: number, signal: AbortSignal | undefined): Promise<void> {
    const filter = this.#filter ?? (await this.#createFilter());
    const answer = await this.#session.call(
      "WaitForUpdatesEx",
      this.#collector as ManagedObjectReference,
      { version: this.#version, options: { maxWaitSeconds } },
      { signal },
    );
    const update = answer.child("returnval");
    this.#version = update?.childText("version") ?? this.#version;
    for (const set of update?.children("filterSet") ?? []) {
      if (set.child("filter")?.reference?.value === filter.value) this.#takeIn(set);
    }
  }

  /** Ends the watch; its collector is used again only where nothing can be going on there any more. */
  async end(isReusable: boolean): Promise<void> {
    const [collector, filter] = [this.#collector, this.#filter];
    if (collector === undefined || this.isOutdated) return;
    try {
      if (!isReusable || filter === undefined) {
        await this.#session.call("DestroyPropertyCollector", collector);
        return;
      }
      await this.#session.call("DestroyPropertyFilter", filter);
      if (!this.isOutdated) idleCollectors(this.#session).push(collector);
    } catch {
      // It is gone with the session at the latest.
    }
  }

  async #createFilter(): Promise<ManagedObjectReference> {
    this.#collector = await takeCollector(this.#session);
    this.#generation = this.#session.generation;
    const paths = { [this.#object.type]: this.#paths };
    const spec = filterSpec({ from: [this.#object], paths });
    const parameters = { spec, partialUpdates: false };
    const answer = await this.#session.call("CreateFilter", this.#collector, parameters);
    this.#filter = referenceIn(answer, "CreateFilter");
    return this.#filter;
  }

  #takeIn(filter: XmlNode): void {
    for (const object of filter.children("objectSet")) {
      if (object.childText("kind") === "leave") {
        throw new VSphereError("FAULT", `${referenceText(this.#object)} was removed`, {
          fault: "ManagedObjectNotFound",
        });
      }
      for (const change of object.children("changeSet")) {
        const path = change.childText("name") ?? "";
        const value = change.child("val");
        if (value === undefined) this.values.delete(path);
        else this.values.set(path, value);
      }
    }
  }
}
