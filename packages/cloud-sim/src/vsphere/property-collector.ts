import { isDeepStrictEqual } from "node:util";
import { invalidArgument, VimFault } from "./fault.ts";
import { ManagedObject, type Properties, type Registry } from "./objects.ts";
import { plainReference } from "./values.ts";
import type { XmlElements, XmlNode } from "./xml.ts";

/** The properties of one object, by path. */
type Read = ReadonlyMap<string, XmlElements>;

/** Reads what a `PropertyFilterSpec` asks for, by object. @throws {VimFault} `ManagedObjectNotFound`, `InvalidProperty`. */
export function collect(registry: Registry, spec: XmlNode): Map<ManagedObject, Read> {
  const paths = spec.children("propSet").map((set) => ({
    type: set.childText("type") ?? "",
    paths: set.children("pathSet").map(({ text }) => text),
  }));
  const found = new Map<ManagedObject, Read>();
  for (const object of selected(registry, spec)) {
    const wanted = paths.filter(({ type }) => object.isA(type)).flatMap((set) => set.paths);
    if (wanted.length > 0 || paths.some(({ type }) => object.isA(type))) {
      found.set(object, readPaths(object, wanted));
    }
  }
  return found;
}

function readPaths(object: ManagedObject, paths: readonly string[]): Read {
  const properties = object.properties();
  const values = new Map<string, XmlElements>();
  for (const path of new Set(paths)) {
    const read = properties[path];
    if (read === undefined) throw invalidProperty(object, path);
    const value = read();
    if (value !== undefined) values.set(path, value);
  }
  return values;
}

function invalidProperty(object: ManagedObject, path: string): VimFault {
  return new VimFault("InvalidProperty", `${object.type} has no property '${path}'.`, {
    name: path,
  });
}

/** The objects that a spec selects: those that it names, and those that it gets to from there. */
function selected(registry: Registry, spec: XmlNode): Set<ManagedObject> {
  const result = new Set<ManagedObject>();
  for (const set of spec.children("objectSet")) {
    const start = registry.get(set.child("obj")?.text ?? "");
    const steps = set.children("selectSet").filter(({ type }) => type === "TraversalSpec");
    if (set.childText("skip") !== "true") result.add(start);
    const open = [start];
    const seen = new Set(open);
    for (let object = open.pop(); object !== undefined; object = open.pop()) {
      for (const step of steps) {
        if (!object.isA(step.childText("type") ?? "")) continue;
        for (const next of follow(registry, object, step.childText("path") ?? "")) {
          if (seen.has(next)) continue;
          seen.add(next);
          open.push(next);
          result.add(next);
        }
      }
    }
  }
  return result;
}

function follow(registry: Registry, object: ManagedObject, path: string): ManagedObject[] {
  const value = object.properties()[path]?.();
  const entries = value?.["ManagedObjectReference"] ?? (value === undefined ? [] : [value]);
  const references = (Array.isArray(entries) ? entries : [entries]) as XmlElements[];
  return references.map((reference) => registry.get(String(reference["#text"])));
}

/** An `ObjectContent`. */
export function objectContent(object: ManagedObject, values: Read): XmlElements {
  return {
    obj: plainReference(object),
    propSet: [...values].map(([name, val]) => ({ name, val })),
  };
}

/** A watch on some properties. */
export class PropertyFilter extends ManagedObject {
  readonly type = "PropertyFilter";
  readonly spec: XmlNode;
  readonly collector: PropertyCollector;

  constructor(id: string, spec: XmlNode, collector: PropertyCollector) {
    super(id);
    this.spec = spec;
    this.collector = collector;
  }

  properties(): Properties {
    return {};
  }
}

/** Tells what has changed since it was last asked. */
export class PropertyCollector extends ManagedObject {
  readonly type = "PropertyCollector";
  readonly filters = new Set<PropertyFilter>();
  readonly #registry: Registry;
  readonly #cancelled = new AbortController();
  #version = 0;
  /** What was told last, by filter and object. */
  #told = new Map<PropertyFilter, Map<ManagedObject, Read>>();

  constructor(id: string, registry: Registry) {
    super(id);
    this.#registry = registry;
  }

  properties(): Properties {
    return {};
  }

  /** Ends whoever waits. */
  close(): void {
    this.#cancelled.abort();
  }

  /**
   * Waits for changes; answers an `UpdateSet`, or nothing where none came in time.
   *
   * @throws {VimFault} `InvalidCollectorVersion` for a version that is neither empty nor the last one.
   */
  async waitForUpdates(version: string, limit: number): Promise<XmlElements | undefined> {
    if (version === "") this.#told = new Map();
    else if (version !== String(this.#version)) {
      throw new VimFault("InvalidCollectorVersion", "The version is not valid.");
    }
    const deadline = performance.now() + limit;
    for (;;) {
      const sets = [...this.filters].flatMap((filter) => this.#news(filter));
      if (sets.length > 0) {
        this.#version += 1;
        return { version: String(this.#version), filterSet: sets };
      }
      const left = deadline - performance.now();
      if (left <= 0) return undefined;
      await this.#registry.nextChange(left, this.#cancelled.signal);
      if (this.#cancelled.signal.aborted) {
        throw new VimFault("RequestCanceled", "The request was canceled.");
      }
    }
  }

  /** A `PropertyFilterUpdate`, where there is news. */
  #news(filter: PropertyFilter): XmlElements[] {
    const before = this.#told.get(filter) ?? new Map<ManagedObject, Read>();
    const now = this.#current(filter);
    const objectSet = [
      ...[...now].flatMap(([object, values]) => changeOf(object, before.get(object), values)),
      ...[...before.keys()]
        .filter((object) => !now.has(object))
        .map((object) => ({ kind: "leave", obj: plainReference(object) })),
    ];
    this.#told.set(filter, now);
    return objectSet.length === 0 ? [] : [{ filter: plainReference(filter), objectSet }];
  }

  /** Objects that are gone are no error here. */
  #current(filter: PropertyFilter): Map<ManagedObject, Read> {
    try {
      return collect(this.#registry, filter.spec);
    } catch (error) {
      if (error instanceof VimFault && error.fault === "ManagedObjectNotFound") return new Map();
      throw error;
    }
  }
}

/** An `ObjectUpdate`, where something changed. */
function changeOf(object: ManagedObject, before: Read | undefined, now: Read): XmlElements[] {
  const changed = [...now].filter(([path, value]) => !isDeepStrictEqual(before?.get(path), value));
  const unset = [...(before?.keys() ?? [])].filter((path) => !now.has(path));
  if (before !== undefined && changed.length === 0 && unset.length === 0) return [];
  return [
    {
      kind: before === undefined ? "enter" : "modify",
      obj: plainReference(object),
      changeSet: [
        ...changed.map(([name, val]) => ({ name, op: "assign", val })),
        ...unset.map((name) => ({ name, op: "indirectRemove" })),
      ],
    },
  ];
}

/** Reads the only `PropertyFilterSpec` of a request. @throws {VimFault} `InvalidArgument` */
export function readFilterSpec(parent: XmlNode, name: string): XmlNode {
  const spec = parent.child(name);
  if (spec === undefined || spec.children("objectSet").length === 0) throw invalidArgument(name);
  return spec;
}
