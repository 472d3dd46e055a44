import type { Exchange } from "../frame/exchange.ts";
import type { Route } from "../frame/router.ts";
import { block, tags } from "./input.ts";
import type { ResourceKind } from "./kind.ts";
import type { Resource } from "./model.ts";
import { keyOf, type ResourceName } from "./names.ts";
import type { Resources } from "./resources.ts";

const SUBSCRIPTION = "/subscriptions/{subscription}";
const GROUP = `${SUBSCRIPTION}/resourceGroups/{group}`;

/** The path of one resource of a type, with its names as placeholders. */
export function pathOf(type: string): string {
  const [namespace = "", ...types] = type.split("/");
  return `${GROUP}/providers/${namespace}/${types.map((part, at) => `${part}/{name${at}}`).join("/")}`;
}

/** The name of the resource that a request is about. */
export function nameOf(exchange: Exchange, type: string): ResourceName {
  const names = type
    .split("/")
    .slice(1)
    .map((_, at) => exchange.parameter(`name${at}`));
  return { group: exchange.parameter("group"), type, names };
}

/** What every type of resource can do: be made, changed, shown, listed and deleted. */
export function resourceRoutes(resources: Resources, kind: ResourceKind): Route[] {
  const { type, operations } = kind;
  const path = pathOf(type);
  const collection = path.slice(0, path.lastIndexOf("/"));
  const route = (method: string, operation: string, handle: Route["handle"], at = path): Route => ({
    method,
    path: at,
    operation: `${operations}_${operation}`,
    handle,
  });
  return [
    route("GET", "Get", (exchange) => {
      const resource = resources.get(nameOf(exchange, type));
      exchange.sendJson(200, resources.view(resource, exchange.field("$expand")));
    }),
    route("PUT", "CreateOrUpdate", (exchange) => put(resources, kind, exchange)),
    route("PATCH", "Update", (exchange) => patch(resources, kind, exchange)),
    route("DELETE", "Delete", (exchange) => remove(resources, kind, exchange)),
    route("GET", "List", (exchange) => list(resources, kind, exchange), collection),
    ...(type.split("/").length > 2
      ? []
      : [
          route(
            "GET",
            "ListAll",
            (exchange) =>
              exchange.sendJson(200, {
                value: resources.all(type).map((one) => resources.view(one)),
              }),
            `${SUBSCRIPTION}/providers/${type}`,
          ),
        ]),
  ];
}

function list(resources: Resources, { type }: ResourceKind, exchange: Exchange): void {
  const group = resources.group(exchange.parameter("group"));
  const parents = type.split("/").length - 2;
  const names = Array.from({ length: parents }, (_, at) => exchange.parameter(`name${at}`));
  const value = resources
    .all(type)
    .filter((one) => one.group === group.name)
    .filter((one) => names.every((name, at) => keyOf(name) === keyOf(one.names[at] ?? "")))
    .map((one) => resources.view(one));
  exchange.sendJson(200, { value });
}

async function put(resources: Resources, kind: ResourceKind, exchange: Exchange): Promise<void> {
  const body = await exchange.readJson();
  const name = nameOf(exchange, kind.type);
  const isNew = resources.find(resources.idOf(name)) === undefined;
  const resource = resources.put(kind, name, body);
  settleOrStart(resources, kind, exchange, resource);
  exchange.sendJson(isNew ? 201 : 200, resources.view(resource));
}

/** Changes tags, and those properties that the request names. */
async function patch(resources: Resources, kind: ResourceKind, exchange: Exchange): Promise<void> {
  const body = await exchange.readJson();
  const resource = resources.get(nameOf(exchange, kind.type));
  resource.tags = tags(body) ?? resource.tags;
  resource.properties = { ...resource.properties, ...block(body, "properties") };
  resource.state = "Updating";
  settleOrStart(resources, kind, exchange, resource);
  exchange.sendJson(200, resources.view(resource));
}

function settleOrStart(
  resources: Resources,
  kind: ResourceKind,
  exchange: Exchange,
  resource: Resource,
): void {
  if (kind.isImmediate) {
    resource.state = "Succeeded";
    return;
  }
  resources.operations.start(exchange, {
    operation: exchange.operation,
    location: locationOf(resources, resource),
    finish(failure) {
      // What cannot be made stays, as failed, until it is deleted.
      resource.state = failure === undefined ? "Succeeded" : "Failed";
    },
  });
}

function remove(resources: Resources, kind: ResourceKind, exchange: Exchange): void {
  const name = nameOf(exchange, kind.type);
  resources.group(name.group);
  const resource = resources.find(resources.idOf(name));
  if (resource === undefined) {
    exchange.sendEmpty(204);
    return;
  }
  kind.checkRemoval?.(resources, resource);
  if (kind.isImmediate) {
    resources.remove(resource);
    exchange.sendEmpty(200);
    return;
  }
  const before = resource.state;
  resource.state = "Deleting";
  resources.operations.start(exchange, {
    operation: exchange.operation,
    location: locationOf(resources, resource),
    finish(failure) {
      if (failure === undefined) resources.remove(resource);
      else resource.state = before;
    },
  });
  exchange.sendEmpty(202);
}

/** Where a resource is; one without a location is where its group is. */
export function locationOf(resources: Resources, { location, group }: Resource): string {
  return location || (resources.findGroup(group)?.location ?? "global");
}
