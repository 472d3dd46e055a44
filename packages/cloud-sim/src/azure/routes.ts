import { ApiError } from "../frame/errors.ts";
import type { Route } from "../frame/router.ts";
import { deploymentRoutes } from "./deployments.ts";
import { diskAccessRoutes } from "./disk-access-routes.ts";
import { groupRoutes } from "./groups.ts";
import { identityRoutes } from "./identity-routes.ts";
import type { ResourceKind } from "./kind.ts";
import { machineRoutes } from "./machine-routes.ts";
import { marketplaceRoutes } from "./marketplace-routes.ts";
import { providerRoutes } from "./provider-routes.ts";
import { resourceRoutes } from "./resource-routes.ts";
import type { Resources } from "./resources.ts";
import { storageRoutes } from "./storage-routes.ts";
import type { Tokens } from "./tokens.ts";

/** The routes of an Azure cloud: of its identities, its resources and its blobs. */
export function azureRoutes(
  resources: Resources,
  kinds: readonly ResourceKind[],
  tokens: Tokens,
): Route[] {
  const managed = [
    ...groupRoutes(resources),
    ...operationRoutes(resources),
    ...marketplaceRoutes(resources),
    ...providerRoutes(resources, kinds),
    ...deploymentRoutes(resources),
    ...machineRoutes(resources),
    ...diskAccessRoutes(resources),
    ...kinds.flatMap((kind) => resourceRoutes(resources, kind)),
  ];
  return [
    ...identityRoutes(tokens),
    ...managed.map((route) => ofSubscription(resources, route)),
    ...storageRoutes(resources).map((route) => ofSubscription(resources, route)),
  ];
}

/** Settles what time has brought, and refuses another subscription than the cloud's own. */
function ofSubscription(resources: Resources, route: Route): Route {
  const isPlaced = route.path.includes("{subscription}");
  return {
    ...route,
    handle(exchange) {
      resources.operations.settle();
      const { subscription } = resources.options;
      const asked = isPlaced ? exchange.parameter("subscription") : subscription;
      if (asked.toLowerCase() !== subscription.toLowerCase()) {
        throw new ApiError(
          404,
          "SubscriptionNotFound",
          `The subscription '${asked}' could not be found.`,
        );
      }
      return route.handle(exchange);
    },
  };
}

function operationRoutes({ operations }: Resources): Route[] {
  const path = "/subscriptions/{subscription}/providers/Microsoft.Resources/locations/{location}";
  return [
    {
      method: "GET",
      path: `${path}/operations/{id}`,
      operation: "Operations_Get",
      handle: (exchange) => operations.sendStatus(exchange, exchange.parameter("id")),
    },
    {
      method: "GET",
      path: `${path}/operationResults/{id}`,
      operation: "OperationResults_Get",
      handle: (exchange) => operations.sendResult(exchange, exchange.parameter("id")),
    },
  ];
}
