import { ApiError } from "../frame/errors.ts";
import type { Route } from "../frame/router.ts";
import type { ResourceKind } from "./kind.ts";
import type { Resources } from "./resources.ts";

/** What a provider's types are, and in which regions they can be. */
export function providerRoutes(resources: Resources, kinds: readonly ResourceKind[]): Route[] {
  return [
    {
      method: "GET",
      path: "/subscriptions/{subscription}/providers/{provider}",
      operation: "Providers_Get",
      handle(exchange) {
        const provider = exchange.parameter("provider");
        const own = kinds.filter(({ type }) =>
          type.toLowerCase().startsWith(`${provider.toLowerCase()}/`),
        );
        if (own.length === 0) {
          throw new ApiError(
            404,
            "InvalidResourceNamespace",
            `The resource namespace '${provider}' is invalid.`,
          );
        }
        const { locations, subscription } = resources.options;
        exchange.sendJson(200, {
          id: `/subscriptions/${subscription}/providers/${provider}`,
          namespace: provider,
          registrationState: "Registered",
          resourceTypes: own.map(({ type }) => ({
            resourceType: type.slice(type.indexOf("/") + 1),
            locations,
            apiVersions: [],
          })),
        });
      },
    },
  ];
}
