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
  for (;;) {
    const watch = new Watch(session, object, paths);
    try {
      for (;;) {
        signal?.throwIfAborted();
        const answer = decide(watch.values);
        if (answer !== undefined) return answer;
        const left = Math.ceil((deadline - performance.now()) / 1000);
        if (left <= 0) {
          throw new VSphereError(
            "TIMED_OUT",
            `${paths.join(", ")} of ${referenceText(object)} did not come to what was waited for in ${timeout / 1000} s`,
          );
        }
        await watch.next(Math.min(left, MAX_WAIT), signal);
      }
    } catch (error) {
      // The filter went with the session that it was made in: make another one.
      if (!watch.isOutdated || !isFault(error, ...GONE)) throw error;
    } finally {
      await watch.end();
    }
  }
}

const GONE = ["ManagedObjectNotFound", "InvalidCollectorVersion"];

/** A filter on a property collector, and what it has told so far. */
class Watch {
  readonly values = new Map<string, XmlNode>();
  readonly #session: VimSession;
  readonly #object: ManagedObjectReference;
  readonly #paths: readonly string[];
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
    return this.#filter !== undefined && this.#generation !== this.#session.generation;
  }

  /** Takes in the next changes; returns without any after `maxWaitSeconds`. */
  async next(maxWaitSeconds: number, signal: AbortSignal | undefined): Promise<void> {
    const { propertyCollector } = await this.#session.content();
    this.#filter ??= await this.#createFilter(propertyCollector);
    const answer = await this.#session.call(
      "WaitForUpdatesEx",
      propertyCollector,
      { version: this.#version, options: { maxWaitSeconds } },
      { signal },
    );
    const update = answer.child("returnval");
    this.#version = update?.childText("version") ?? this.#version;
    for (const filter of update?.children("filterSet") ?? []) {
      if (filter.child("filter")?.reference?.value === this.#filter.value) this.#takeIn(filter);
    }
  }

  async end(): Promise<void> {
    if (this.#filter === undefined || this.isOutdated) return;
    // It is gone with the session at the latest.
    await this.#session.call("DestroyPropertyFilter", this.#filter).catch(() => {});
  }

  async #createFilter(collector: ManagedObjectReference): Promise<ManagedObjectReference> {
    const paths = { [this.#object.type]: this.#paths };
    const spec = filterSpec({ from: [this.#object], paths });
    const answer = await this.#session.call("CreateFilter", collector, {
      spec,
      partialUpdates: false,
    });
    this.#generation = this.#session.generation;
    const filter = answer.child("returnval")?.reference;
    if (filter !== undefined) return filter;
    throw new VSphereError("BAD_ANSWER", "CreateFilter answered no filter");
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
