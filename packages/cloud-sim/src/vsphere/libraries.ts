import { randomUUID } from "node:crypto";
import type { VirtualMachine } from "./virtual-machine.ts";

/** A content library. */
export interface Library {
  readonly id: string;
  readonly name: string;
  readonly type: "LOCAL" | "SUBSCRIBED";
  /** The id of the datastore that holds it. */
  readonly datastore: string;
}

/** What a library holds. */
export interface LibraryItem {
  readonly id: string;
  readonly library: string;
  readonly name: string;
  readonly type: "ovf" | "vm-template" | "iso";
  description: string;
  /** The machine behind a VM template. */
  readonly template: VirtualMachine | undefined;
}

/** The content libraries of a vCenter. */
export class Libraries {
  readonly #libraries = new Map<string, Library>();
  readonly #items = new Map<string, LibraryItem>();

  add(library: Omit<Library, "id">): Library {
    const added = { id: randomUUID(), ...library };
    this.#libraries.set(added.id, added);
    return added;
  }

  get(id: string): Library | undefined {
    return this.#libraries.get(id);
  }

  find(name: string): Library[] {
    return [...this.#libraries.values()].filter((library) => library.name === name);
  }

  addItem(item: Omit<LibraryItem, "id">): LibraryItem {
    const added = { id: randomUUID(), ...item };
    this.#items.set(added.id, added);
    return added;
  }

  item(id: string): LibraryItem | undefined {
    return this.#items.get(id);
  }

  findItems(library: string, name: string): LibraryItem[] {
    return [...this.#items.values()].filter(
      (item) => item.library === library && item.name === name,
    );
  }

  removeItem(id: string): void {
    this.#items.delete(id);
  }

  get items(): LibraryItem[] {
    return [...this.#items.values()];
  }
}
