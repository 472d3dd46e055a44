import { randomUUID } from "node:crypto";
import { ApiError } from "../frame/errors.ts";
import { VimFault } from "./fault.ts";
import { Datastore, Folder, HostSystem, ResourcePool } from "./inventory.ts";
import type { Library, LibraryItem } from "./libraries.ts";
import { makeMachine } from "./machines.ts";
import type { VCenter } from "./vcenter.ts";
import { VirtualMachine } from "./virtual-machine.ts";

/** A request to the REST API. */
export interface RestRequest {
  readonly method: string;
  /** Below `/rest`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readonly<Record<string, unknown>>;
}

interface RestRoute {
  readonly operation: string;
  readonly method: string;
  readonly path: RegExp;
  /** The value of `~action`. */
  readonly action?: string;
  handle(vcenter: VCenter, request: RestRequest, id: string): unknown;
}

const ERRORS = "com.vmware.vapi.std.errors.";

function refuse(status: number, name: string, message: string): ApiError {
  return new ApiError(status, ERRORS + name, message);
}

/** Sessions on the REST API, by vCenter. */
const sessions = new WeakMap<VCenter, Set<string>>();

function sessionsOf(vcenter: VCenter): Set<string> {
  const known = sessions.get(vcenter) ?? new Set();
  sessions.set(vcenter, known);
  return known;
}

/** Forgets who is signed in to the REST API. */
export function expireRestSessions(vcenter: VCenter): void {
  sessionsOf(vcenter).clear();
}

const SESSION = /^\/com\/vmware\/cis\/session$/;
const LIBRARY = /^\/com\/vmware\/content\/library$/;
const ITEM = /^\/com\/vmware\/content\/library\/item$/;

const routes: readonly RestRoute[] = [
  {
    operation: "CreateRestSession",
    method: "POST",
    path: SESSION,
    handle: (vcenter, { headers }) => signIn(vcenter, String(headers["authorization"] ?? "")),
  },
  {
    operation: "DeleteRestSession",
    method: "DELETE",
    path: SESSION,
    handle: (vcenter, { headers }) => {
      sessionsOf(vcenter).delete(String(headers["vmware-api-session-id"]));
    },
  },
  {
    operation: "FindLibrary",
    method: "POST",
    path: LIBRARY,
    action: "find",
    handle: (vcenter, { body }) =>
      vcenter.libraries.find(textOf(recordOf(body["spec"]), "name")).map(({ id }) => id),
  },
  {
    operation: "GetLibrary",
    method: "GET",
    path: /^\/com\/vmware\/content\/library\/id:([\w-]+)$/,
    handle: (vcenter, _, id) => libraryView(demandLibrary(vcenter, id)),
  },
  {
    operation: "FindLibraryItem",
    method: "POST",
    path: ITEM,
    action: "find",
    handle: (vcenter, { body }) => {
      const spec = recordOf(body["spec"]);
      const found = vcenter.libraries.findItems(textOf(spec, "library_id"), textOf(spec, "name"));
      return found.map(({ id }) => id);
    },
  },
  {
    operation: "DeleteLibraryItem",
    method: "DELETE",
    path: /^\/com\/vmware\/content\/library\/item\/id:([\w-]+)$/,
    handle: (vcenter, _, id) => deleteItem(vcenter, id),
  },
  {
    operation: "CreateTemplateItem",
    method: "POST",
    path: /^\/vcenter\/vm-template\/library-items$/,
    handle: (vcenter, { body }) => createTemplate(vcenter, recordOf(body["spec"])).id,
  },
  {
    operation: "CreateOvfItem",
    method: "POST",
    path: /^\/com\/vmware\/vcenter\/ovf\/library-item$/,
    handle: (vcenter, { body }) => createOvf(vcenter, body),
  },
];

/** The route for a request; undefined where there is none. */
export function restRoute({
  method,
  path,
  query,
}: Pick<RestRequest, "method" | "path" | "query">): RestRoute | undefined {
  const action = query.get("~action") ?? undefined;
  return routes.find(
    (route) => route.method === method && route.path.test(path) && route.action === action,
  );
}

/** Answers the `value` of the answer. @throws {ApiError} */
export function answerRest(vcenter: VCenter, route: RestRoute, request: RestRequest): unknown {
  const isOpen = route.operation === "CreateRestSession";
  const id = String(request.headers["vmware-api-session-id"]);
  if (!isOpen && !sessionsOf(vcenter).has(id)) {
    throw refuse(401, "unauthenticated", "This method requires authentication.");
  }
  return route.handle(vcenter, request, route.path.exec(request.path)?.[1] ?? "");
}

function signIn(vcenter: VCenter, authorization: string): string {
  const { username, password } = vcenter.options;
  const expected = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  if (authorization !== expected) throw refuse(401, "unauthenticated", "Authentication failed.");
  const id = randomUUID();
  sessionsOf(vcenter).add(id);
  return id;
}

function libraryView({ id, name, type, datastore }: Library): unknown {
  return {
    id,
    name,
    type,
    storage_backings: [{ type: "DATASTORE", datastore_id: datastore }],
  };
}

function demandLibrary(vcenter: VCenter, id: string): Library {
  const library = vcenter.libraries.get(id);
  if (library === undefined) throw refuse(404, "not_found", `There is no library ${id}.`);
  return library;
}

function demandItem(vcenter: VCenter, id: string): LibraryItem {
  const item = vcenter.libraries.item(id);
  if (item === undefined) throw refuse(404, "not_found", `There is no item ${id}.`);
  return item;
}

function deleteItem(vcenter: VCenter, id: string): void {
  const { template } = demandItem(vcenter, id);
  vcenter.libraries.removeItem(id);
  if (template !== undefined) vcenter.removeMachine(template);
}

/** A VM template is a machine of its own, made of a copy. */
function createTemplate(vcenter: VCenter, spec: Readonly<Record<string, unknown>>): LibraryItem {
  const library = demandLibrary(vcenter, textOf(spec, "library"));
  const name = textOf(spec, "name");
  demandFreeItem(vcenter, library, name);
  const source = machineOf(vcenter, textOf(spec, "source_vm"));
  const placement = recordOf(spec["placement"]);
  const { registry } = vcenter;
  try {
    const template = makeMachine(
      vcenter,
      name,
      {
        folder: placement["folder"]
          ? registry.getA(Folder, textOf(placement, "folder"))
          : source.parent,
        pool: registry.getA(ResourcePool, textOf(placement, "resource_pool")),
        host: placement["host"]
          ? registry.getA(HostSystem, textOf(placement, "host"))
          : source.host,
        datastore: registry.getA(Datastore, library.datastore),
      },
      undefined,
      source,
    );
    template.isTemplate = true;
    template.pool?.machines.delete(template);
    template.pool = undefined;
    const description = textOf(spec, "description");
    return vcenter.libraries.addItem({
      library: library.id,
      name,
      type: "vm-template",
      description,
      template,
    });
  } catch (error) {
    if (!(error instanceof VimFault)) throw error;
    throw refuse(400, "error", error.message);
  }
}

function createOvf(vcenter: VCenter, body: Readonly<Record<string, unknown>>): unknown {
  const target = recordOf(body["target"]);
  const spec = recordOf(body["create_spec"]);
  machineOf(vcenter, textOf(recordOf(body["source"]), "id"));
  const description = textOf(spec, "description");
  if (target["library_item_id"]) {
    const item = demandItem(vcenter, textOf(target, "library_item_id"));
    item.description = description;
    return { succeeded: true, ovf_library_item_id: item.id };
  }
  const library = demandLibrary(vcenter, textOf(target, "library_id"));
  const name = textOf(spec, "name");
  demandFreeItem(vcenter, library, name);
  const item = vcenter.libraries.addItem({
    library: library.id,
    name,
    type: "ovf",
    description,
    template: undefined,
  });
  return { succeeded: true, ovf_library_item_id: item.id };
}

function demandFreeItem(vcenter: VCenter, library: Library, name: string): void {
  if (vcenter.libraries.findItems(library.id, name).length === 0) return;
  throw refuse(400, "already_exists", `The library has an item ${name} already.`);
}

function machineOf(vcenter: VCenter, id: string): VirtualMachine {
  const found = vcenter.registry.all(VirtualMachine).find((machine) => machine.id === id);
  if (found === undefined) throw refuse(404, "not_found", `There is no machine ${id}.`);
  return found;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw refuse(400, "invalid_argument", "The request lacks a part.");
}

function textOf(record: Readonly<Record<string, unknown>>, name: string): string {
  const value = record[name];
  if (typeof value === "string") return value;
  throw refuse(400, "invalid_argument", `The field ${name} is missing.`);
}
