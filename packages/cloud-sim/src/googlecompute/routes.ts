import { ApiError } from "../frame/errors.ts";
import type { Exchange } from "../frame/exchange.ts";
import type { Route } from "../frame/router.ts";
import type { Cloud } from "./cloud.ts";
import { selfLink } from "./names.ts";
import { type Resources, regionOf } from "./resources.ts";
import { storageRoutes } from "./storage-routes.ts";

type Answer = (exchange: Exchange) => object | Promise<object>;
/** Operations of the API by name, each with its method and path after `/compute/v1/projects/{project}`. */
type Operations = Record<string, [endpoint: string, answer: Answer]>;

/** The routes of Compute Engine, of Cloud Storage, and of the endpoint that gives out tokens. */
export function googleComputeRoutes(cloud: Cloud): Route[] {
  const operations: Operations = {
    ...placeOperations(cloud),
    ...imageOperations(cloud),
    ...instanceOperations(cloud),
    ...diskOperations(cloud),
    ...operationOperations(cloud),
  };
  const compute = Object.entries(operations).map(([operation, [endpoint, answer]]): Route => {
    const [method = "", path = ""] = endpoint.split(" ");
    return {
      method,
      path: `/compute/v1/projects/{project}${path}`,
      operation,
      async handle(exchange) {
        await cloud.settle();
        exchange.sendJson(200, await answer(exchange));
      },
    };
  });
  return [...compute, ...storageRoutes(cloud)];
}

function placeOperations({ resources }: Cloud): Operations {
  return {
    "projects.get": [
      "GET ",
      (exchange) => {
        const path = `projects/${project(exchange)}`;
        resources.requireOwn(project(exchange), "compute.projects.get", path);
        return {
          kind: "compute#project",
          name: project(exchange),
          selfLink: selfLink(path),
          commonInstanceMetadata: {
            kind: "compute#metadata",
            fingerprint: "42WmSpB8rSM=",
            items: [],
          },
        };
      },
    ],
    "zones.get": [
      "GET /zones/{zone}",
      (exchange) => {
        const at = requireZone(resources, exchange, "compute.zones.get");
        const region = selfLink(
          `projects/${project(exchange)}/regions/${regionOf(zone(exchange))}`,
        );
        return {
          kind: "compute#zone",
          name: zone(exchange),
          status: "UP",
          region,
          selfLink: selfLink(at),
        };
      },
    ],
    "machineTypes.get": [
      "GET /zones/{zone}/machineTypes/{name}",
      (exchange) => {
        const at = requireZone(resources, exchange, "compute.machineTypes.get");
        resources.requireMachineType(project(exchange), zone(exchange), name(exchange));
        return {
          kind: "compute#machineType",
          name: name(exchange),
          zone: zone(exchange),
          guestCpus: 2,
          selfLink: selfLink(`${at}/machineTypes/${name(exchange)}`),
        };
      },
    ],
  };
}

/** The path of a zone that is there, in a project of the caller's own. */
function requireZone(resources: Resources, exchange: Exchange, permission: string): string {
  const owner = `projects/${project(exchange)}`;
  resources.requireOwn(project(exchange), permission, owner);
  resources.requireZone(project(exchange), zone(exchange));
  return `${owner}/zones/${zone(exchange)}`;
}

function imageOperations({ images }: Cloud): Operations {
  return {
    "images.getFromFamily": [
      "GET /global/images/family/{name}",
      (exchange) => images.getFromFamily(project(exchange), name(exchange)),
    ],
    "images.get": [
      "GET /global/images/{name}",
      (exchange) => images.get(project(exchange), name(exchange)),
    ],
    "images.insert": [
      "POST /global/images",
      async (exchange) =>
        images.insert(project(exchange), await exchange.readJson(), requestId(exchange)),
    ],
    "images.deprecate": [
      "POST /global/images/{name}/deprecate",
      async (exchange) => {
        const body = await exchange.readJson();
        return images.deprecate(project(exchange), name(exchange), body, requestId(exchange));
      },
    ],
    "images.delete": [
      "DELETE /global/images/{name}",
      (exchange) => images.delete(project(exchange), name(exchange), requestId(exchange)),
    ],
  };
}

function instanceOperations({ instances }: Cloud): Operations {
  const path = zonal("instances");
  return {
    "instances.insert": [
      "POST /zones/{zone}/instances",
      async (exchange) => {
        const body = await exchange.readJson();
        return instances.insert(project(exchange), zone(exchange), body, requestId(exchange));
      },
    ],
    "instances.get": [
      "GET /zones/{zone}/instances/{name}",
      (exchange) => instances.get(path(exchange)),
    ],
    "instances.delete": [
      "DELETE /zones/{zone}/instances/{name}",
      (exchange) => instances.delete(path(exchange), requestId(exchange)),
    ],
    "instances.setMetadata": [
      "POST /zones/{zone}/instances/{name}/setMetadata",
      async (exchange) =>
        instances.setMetadata(path(exchange), await exchange.readJson(), requestId(exchange)),
    ],
    "instances.getSerialPortOutput": [
      "GET /zones/{zone}/instances/{name}/serialPort",
      (exchange) => instances.serialOutput(path(exchange)),
    ],
  };
}

function diskOperations({ disks }: Cloud): Operations {
  const path = zonal("disks");
  return {
    "disks.get": ["GET /zones/{zone}/disks/{name}", (exchange) => disks.get(path(exchange))],
    "disks.delete": [
      "DELETE /zones/{zone}/disks/{name}",
      (exchange) => disks.delete(path(exchange), requestId(exchange)),
    ],
  };
}

function operationOperations({ resources: { operations } }: Cloud): Operations {
  const inZone = zonal("operations");
  const global = (exchange: Exchange): string =>
    `projects/${project(exchange)}/global/operations/${name(exchange)}`;
  return {
    "zoneOperations.get": [
      "GET /zones/{zone}/operations/{name}",
      (exchange) => operations.get(inZone(exchange)),
    ],
    "zoneOperations.wait": [
      "POST /zones/{zone}/operations/{name}/wait",
      (exchange) => operations.wait(inZone(exchange)),
    ],
    "globalOperations.get": [
      "GET /global/operations/{name}",
      (exchange) => operations.get(global(exchange)),
    ],
    "globalOperations.wait": [
      "POST /global/operations/{name}/wait",
      (exchange) => operations.wait(global(exchange)),
    ],
  };
}

const project = (exchange: Exchange): string => exchange.parameter("project");
const zone = (exchange: Exchange): string => exchange.parameter("zone");
const name = (exchange: Exchange): string => exchange.parameter("name");

/** The path of the zonal resource that a request is about. */
function zonal(kind: string): (exchange: Exchange) => string {
  return (exchange) =>
    `projects/${project(exchange)}/zones/${zone(exchange)}/${kind}/${name(exchange)}`;
}

function requestId(exchange: Exchange): string {
  const id = exchange.field("requestId");
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id) || id === "") return id;
  throw new ApiError(400, "invalid", `Invalid value for field 'requestId': '${id}'.`);
}
