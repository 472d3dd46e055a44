import { VSphereError } from "../errors.ts";
import type { VimSession } from "../vim25/session.ts";
import { RestSession } from "./rest-session.ts";

/** A content library. */
export interface Library {
  readonly id: string;
  readonly name: string;
  /** `LOCAL` or `SUBSCRIBED`. */
  readonly type: string;
  /** The ids of the datastores that hold it, such as `datastore-15`. */
  readonly datastores: readonly string[];
}

/** What a VM template in a library is made of, by ids. */
export interface TemplateItem {
  readonly name: string;
  readonly description: string;
  readonly library: string;
  readonly source_vm: string;
  readonly placement: {
    readonly cluster?: string | undefined;
    readonly host?: string | undefined;
    readonly folder?: string | undefined;
    readonly resource_pool?: string | undefined;
  };
  readonly vm_home_storage?: { readonly datastore: string } | undefined;
}

/** What an OVF template in a library is made of. */
export interface OvfItem {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly string[];
  readonly library: string;
  /** The item to replace. */
  readonly item: string | undefined;
  readonly sourceVm: string;
}

const LIBRARY = "/com/vmware/content/library";
const ITEM = `${LIBRARY}/item`;

/**
 * The content libraries of a vCenter.
 *
 * Source: govmomi `vapi/library` and `vapi/vcenter`, the REST API below `/rest`.
 */
export class ContentLibraries {
  readonly #rest: RestSession;

  constructor(session: VimSession) {
    this.#rest = new RestSession(session);
  }

  /** The library of that name. @throws {VSphereError} `NOT_FOUND`, `AMBIGUOUS`. */
  async find(name: string, attribute: string, signal?: AbortSignal): Promise<Library> {
    const path = `${LIBRARY}?~action=find`;
    const ids = readIds(
      await this.#rest.request({ method: "POST", path, body: { spec: { name } }, signal }),
    );
    const [id, ...others] = ids;
    if (id === undefined || others.length > 0) {
      throw new VSphereError(
        id === undefined ? "NOT_FOUND" : "AMBIGUOUS",
        `there ${id === undefined ? "is no content library" : "are several content libraries"} "${name}": check the attribute ${attribute}`,
      );
    }
    const found = await this.#rest.request({ method: "GET", path: `${LIBRARY}/id:${id}`, signal });
    return readLibrary(id, found);
  }

  /** The id of the item of that name in a library; undefined where there is none. */
  async findItem(library: string, name: string, signal?: AbortSignal): Promise<string | undefined> {
    const body = { spec: { library_id: library, name } };
    const path = `${ITEM}?~action=find`;
    return readIds(await this.#rest.request({ method: "POST", path, body, signal }))[0];
  }

  /** Makes a VM template of a machine; answers the id of the new item. */
  async createTemplate(item: TemplateItem): Promise<string> {
    const path = "/vcenter/vm-template/library-items";
    const id = await this.#rest.request({ method: "POST", path, body: { spec: item } });
    if (typeof id === "string") return id;
    throw new VSphereError("BAD_ANSWER", `the vCenter answered no item for "${item.name}"`);
  }

  /** Makes an OVF template of a machine, or replaces one. @throws {VSphereError} `FAULT` with the API's reasons. */
  async createOvf(item: OvfItem): Promise<void> {
    const path = "/com/vmware/vcenter/ovf/library-item";
    const { name, description, flags } = item;
    const body = {
      create_spec: { name, description, flags },
      source: { type: "VirtualMachine", id: item.sourceVm },
      target: { library_id: item.library, library_item_id: item.item },
    };
    const result = (await this.#rest.request({ method: "POST", path, body })) as {
      succeeded?: unknown;
      error?: unknown;
    } | null;
    if (result?.succeeded === false) {
      throw new VSphereError(
        "FAULT",
        `the OVF template "${name}" could not be made: ${JSON.stringify(result.error ?? null)}`,
        { fault: "OvfError" },
      );
    }
  }

  /** Removes an item. One that is gone already is no error. */
  async deleteItem(id: string): Promise<void> {
    try {
      await this.#rest.request({ method: "DELETE", path: `${ITEM}/id:${id}` });
    } catch (error) {
      const fault = error instanceof VSphereError ? (error.fault ?? "") : "";
      if (!/(^|\.)not_found$|^HTTP 404$/.test(fault)) throw error;
    }
  }

  async signOut(): Promise<void> {
    await this.#rest.signOut();
  }
}

function readIds(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((id) => typeof id === "string") : [];
}

function readLibrary(id: string, value: unknown): Library {
  const { name, type, storage_backings: backings } = (value ?? {}) as Record<string, unknown>;
  const storage: unknown[] = Array.isArray(backings) ? backings : [];
  return {
    id,
    name: typeof name === "string" ? name : "",
    type: typeof type === "string" ? type : "",
    datastores: storage.flatMap((backing) => {
      const { datastore_id: datastore } = (backing ?? {}) as Record<string, unknown>;
      return typeof datastore === "string" ? [datastore] : [];
    }),
  };
}
