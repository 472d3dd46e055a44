import { objectNotFound } from "./fault.ts";
import { reference, text, type Value } from "./values.ts";

/** The properties of an object that are set, by path, and how each is read. */
export type Properties = Readonly<Record<string, () => Value | undefined>>;

/** Anything that a reference can name. */
export abstract class ManagedObject {
  abstract readonly type: string;
  /** What `type` it counts as besides, such as `Network` for a port group. */
  readonly baseTypes: readonly string[] = [];
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }

  abstract properties(): Properties;

  isA(type: string): boolean {
    return type === this.type || this.baseTypes.includes(type);
  }
}

/** Anything in the inventory: it has a name, and a place. */
export abstract class Entity extends ManagedObject {
  name: string;
  parent: Entity | undefined;
  /** The tasks on it, oldest first. */
  readonly recentTasks: ManagedObject[] = [];

  constructor(id: string, name: string, parent: Entity | undefined) {
    super(id);
    this.name = name;
    this.parent = parent;
  }

  /** What `FindChild` and inventory paths go on to from here. */
  children(): readonly Entity[] {
    return [];
  }

  properties(): Properties {
    return {
      name: () => text(this.name),
      parent: () => this.parent && reference(this.parent),
      recentTask: () => ({
        "@xsi:type": "ArrayOfManagedObjectReference",
        ManagedObjectReference: this.recentTasks.map(({ type, id }) => ({
          "@type": type,
          "#text": id,
        })),
      }),
    };
  }
}

/** All objects by id, and who waits for changes of any of them. */
export class Registry {
  readonly #objects = new Map<string, ManagedObject>();
  readonly #listeners = new Set<() => void>();
  #last = 0;

  /** An id that no other object has, such as `vm-12`. */
  newId(prefix: string): string {
    this.#last += 1;
    return `${prefix}-${this.#last}`;
  }

  add<Added extends ManagedObject>(object: Added): Added {
    this.#objects.set(object.id, object);
    this.changed();
    return object;
  }

  remove(object: ManagedObject): void {
    this.#objects.delete(object.id);
    this.changed();
  }

  /** @throws {VimFault} `ManagedObjectNotFound` */
  get(id: string): ManagedObject {
    const found = this.#objects.get(id);
    if (found === undefined) throw objectNotFound(id);
    return found;
  }

  /** The object, where it is of that class. @throws {VimFault} `ManagedObjectNotFound` */
  getA<Wanted extends ManagedObject>(
    wanted: abstract new (...args: never[]) => Wanted,
    id: string,
  ): Wanted {
    const found = this.get(id);
    if (found instanceof wanted) return found;
    throw objectNotFound(id);
  }

  has(object: ManagedObject): boolean {
    return this.#objects.get(object.id) === object;
  }

  /** Everything of a class, in the order in which it was made. */
  all<Wanted extends ManagedObject>(wanted: abstract new (...args: never[]) => Wanted): Wanted[] {
    return [...this.#objects.values()].filter(
      (object): object is Wanted => object instanceof wanted,
    );
  }

  /** Says that some object changed. */
  changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /** Resolves at the next change, after `limit` milliseconds, or when the signal aborts. */
  nextChange(limit: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#listeners.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, limit);
      this.#listeners.add(done);
      signal.addEventListener("abort", done);
      if (signal.aborted) done();
    });
  }
}
