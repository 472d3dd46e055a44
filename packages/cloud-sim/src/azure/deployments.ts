import { createHash } from "node:crypto";
import { ApiError } from "../frame/errors.ts";
import type { Exchange } from "../frame/exchange.ts";
import type { Route } from "../frame/router.ts";
import { ArmError } from "./errors.ts";
import { type Body, block, blocks, text } from "./input.ts";
import { keyOf, lastPart, type ResourceName } from "./names.ts";
import { nameOf, pathOf } from "./resource-routes.ts";
import type { Resources } from "./resources.ts";
import { evaluate, parametersOf, type TemplateScope } from "./template.ts";

export const DEPLOYMENT = "Microsoft.Resources/deployments";

/** One resource of a template. */
interface Wish {
  name: ResourceName;
  body: Body;
}

/** One resource that a deployment made, or could not make. */
interface DeploymentOperation {
  name: ResourceName;
  error: ApiError | undefined;
}

/** The routes of deployments of templates. */
export function deploymentRoutes(resources: Resources): Route[] {
  const path = pathOf(DEPLOYMENT);
  const made = new Map<string, DeploymentOperation[]>();
  const idOf = (exchange: Exchange) => resources.idOf(nameOf(exchange, DEPLOYMENT));
  return [
    {
      method: "POST",
      path: `${path}/validate`,
      operation: "Deployments_Validate",
      async handle(exchange) {
        const body = await exchange.readJson();
        const wishes = readTemplate(resources, exchange, body);
        const validatedResources = wishes.map(({ name }) => ({ id: resources.idOf(name) }));
        const { mode = "Incremental" } = block(body, "properties");
        const properties = { provisioningState: "Succeeded", mode, validatedResources };
        exchange.sendJson(200, { id: idOf(exchange), properties });
      },
    },
    {
      method: "PUT",
      path,
      operation: "Deployments_CreateOrUpdate",
      handle: (exchange) => deploy(resources, made, exchange),
    },
    // Clients of old versions leave the provider out.
    ...[path, path.replace("/providers/Microsoft.Resources", "")].map((at) => ({
      method: "GET",
      path: `${at}/operations`,
      operation: "DeploymentOperations_List",
      handle(exchange: Exchange) {
        const { id } = resources.get(nameOf(exchange, DEPLOYMENT));
        const value = (made.get(keyOf(id)) ?? []).map((one) => operationView(resources, id, one));
        exchange.sendJson(200, { value });
      },
    })),
  ];
}

/** The resources of a template, in an order in which they can be made. */
function readTemplate(resources: Resources, exchange: Exchange, body: Body): Wish[] {
  const group = resources.group(exchange.parameter("group"));
  const properties = block(body, "properties");
  const template = block(properties, "template");
  const scope: TemplateScope = {
    subscription: resources.options.subscription,
    group: { name: group.name, location: group.location },
    parameters: parametersOf(template, block(properties, "parameters")),
    variables: block(template, "variables"),
  };
  const described = blocks(template, "resources")
    .filter(({ condition }) => condition === undefined || evaluate(condition, scope) === true)
    .flatMap((one) => flatten(evaluate(one, scope) as Body));
  return inOrder(
    described.map((one) => {
      const type = text(one, "type");
      const kind = resources.kind(type);
      if (kind === undefined) {
        throw new ApiError(
          400,
          "InvalidTemplateDeployment",
          `The resource type '${type}' could not be found in the stand-in.`,
        );
      }
      const names = text(one, "name").split("/");
      return { name: { group: group.name, type: kind.type, names }, body: one };
    }),
  );
}

/** A resource of a template, and those that stand inside of it. */
function flatten(resource: Body): Body[] {
  const inner = blocks(resource, "resources").map((one) => ({
    ...one,
    type: `${text(resource, "type")}/${text(one, "type")}`,
    name: `${text(resource, "name")}/${text(one, "name")}`,
    dependsOn: [text(resource, "name")],
  }));
  return [resource, ...inner.flatMap(flatten)];
}

/** Puts each resource after those that it depends on. */
function inOrder(wishes: readonly Wish[]): Wish[] {
  const ordered: Wish[] = [];
  let left = [...wishes];
  while (left.length > 0) {
    const ready = left.filter(({ body }) =>
      blocks(body, "dependsOn").every(
        (one) => !left.some(({ name }) => lastPart(String(one)) === name.names.at(-1)),
      ),
    );
    if (ready.length === 0) {
      throw new ApiError(400, "InvalidTemplate", "Circular dependency detected on resources.");
    }
    ordered.push(...ready);
    left = left.filter((wish) => !ready.includes(wish));
  }
  return ordered;
}

async function deploy(
  resources: Resources,
  made: Map<string, DeploymentOperation[]>,
  exchange: Exchange,
): Promise<void> {
  const body = await exchange.readJson();
  const wishes = readTemplate(resources, exchange, body);
  const kind = resources.kind(DEPLOYMENT);
  if (kind === undefined) return;
  const { mode = "Incremental" } = block(body, "properties");
  const name = nameOf(exchange, DEPLOYMENT);
  const deployment = resources.put(kind, name, { properties: { mode } });
  const operations: DeploymentOperation[] = [];
  made.set(keyOf(deployment.id), operations);
  resources.operations.start(exchange, {
    operation: exchange.operation,
    location: resources.group(name.group).location,
    finish(failure) {
      deployment.state = "Failed";
      if (failure !== undefined) return;
      makeAll(resources, wishes, operations);
      const { error } = operations.at(-1) ?? {};
      if (error !== undefined) {
        const { code, message } = error;
        throw new ArmError(
          409,
          "DeploymentFailed",
          "At least one resource deployment operation failed. Please list deployment operations for details. Please see https://aka.ms/arm-deployment-operations for usage details.",
          [{ code, message }],
        );
      }
      deployment.state = "Succeeded";
    },
  });
  exchange.sendJson(201, resources.view(deployment));
}

/** Makes resources until one cannot be made. */
function makeAll(
  resources: Resources,
  wishes: readonly Wish[],
  operations: DeploymentOperation[],
): void {
  for (const { name, body } of wishes) {
    const kind = resources.kind(name.type);
    if (kind === undefined) continue;
    try {
      resources.put(kind, name, body).state = "Succeeded";
      operations.push({ name, error: undefined });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      operations.push({ name, error });
      return;
    }
  }
}

function operationView(
  resources: Resources,
  deployment: string,
  { name, error }: DeploymentOperation,
): object {
  const id = resources.idOf(name);
  const operationId = createHash("sha256").update(id).digest("hex").slice(0, 16).toUpperCase();
  return {
    id: `${deployment}/operations/${operationId}`,
    operationId,
    properties: {
      provisioningOperation: "Create",
      provisioningState: error === undefined ? "Succeeded" : "Failed",
      targetResource: { id, resourceType: name.type, resourceName: name.names.join("/") },
      ...(error === undefined
        ? {}
        : { statusMessage: { error: { code: error.code, message: error.message } } }),
    },
  };
}
