import { ApiError } from "../frame/errors.ts";
import type { Exchange } from "../frame/exchange.ts";
import type { Route } from "../frame/router.ts";
import { invalidParameter } from "./errors.ts";
import { tags, text } from "./input.ts";
import type { ResourceGroup } from "./model.ts";
import { groupId } from "./names.ts";
import type { Resources } from "./resources.ts";

const GROUP_NAME = /^[-\w._()]{0,89}[-\w_()]$/;
const ONE = "/subscriptions/{subscription}/resourceGroups/{group}";

/** The routes of subscriptions and resource groups. */
export function groupRoutes(resources: Resources): Route[] {
  const { subscription, locations } = resources.options;
  const name = (exchange: Exchange): string => exchange.parameter("group");
  const route = (endpoint: string, operation: string, handle: Route["handle"]): Route => {
    const [method = "", path = ""] = endpoint.split(" ");
    return { method, path, operation, handle };
  };
  const account = { id: `/subscriptions/${subscription}`, subscriptionId: subscription };
  return [
    route("GET /subscriptions", "Subscriptions_List", (exchange) =>
      exchange.sendJson(200, { value: [{ ...account, state: "Enabled" }] }),
    ),
    route("GET /subscriptions/{subscription}", "Subscriptions_Get", (exchange) =>
      exchange.sendJson(200, { ...account, displayName: "Packerkit", state: "Enabled" }),
    ),
    route(
      "GET /subscriptions/{subscription}/locations",
      "Subscriptions_ListLocations",
      (exchange) =>
        exchange.sendJson(200, {
          value: locations.map((location) => ({
            id: `${account.id}/locations/${location}`,
            name: location,
            displayName: location,
          })),
        }),
    ),
    route("GET /subscriptions/{subscription}/resourceGroups", "ResourceGroups_List", (exchange) =>
      exchange.sendJson(200, { value: resources.groups.map((group) => view(resources, group)) }),
    ),
    route(`GET ${ONE}`, "ResourceGroups_Get", (exchange) =>
      exchange.sendJson(200, view(resources, resources.group(name(exchange)))),
    ),
    route(`HEAD ${ONE}`, "ResourceGroups_CheckExistence", (exchange) =>
      exchange.sendEmpty(resources.findGroup(name(exchange)) === undefined ? 404 : 204),
    ),
    route(`PUT ${ONE}`, "ResourceGroups_CreateOrUpdate", (exchange) => put(resources, exchange)),
    route(`DELETE ${ONE}`, "ResourceGroups_Delete", (exchange) => remove(resources, exchange)),
    route(`GET ${ONE}/resources`, "Resources_ListByResourceGroup", (exchange) => {
      const group = resources.group(name(exchange));
      const value = resources
        .all()
        .filter((resource) => resource.group === group.name && resource.names.length === 1)
        .map((resource) => resources.view(resource));
      exchange.sendJson(200, { value });
    }),
  ];
}

async function put(resources: Resources, exchange: Exchange): Promise<void> {
  const name = exchange.parameter("group");
  const body = await exchange.readJson();
  if (!GROUP_NAME.test(name)) {
    throw invalidParameter("resourceGroupName", `The resource group name '${name}' is invalid.`);
  }
  const location = resources.requireLocation(text(body, "location"));
  const existing = resources.findGroup(name);
  if (existing?.isDeleting) {
    throw new ApiError(
      409,
      "ResourceGroupBeingDeleted",
      `The resource group '${name}' is in deprovisioning state and cannot perform this operation.`,
    );
  }
  if (existing !== undefined && existing.location !== location) {
    throw new ApiError(
      409,
      "InvalidResourceGroupLocation",
      `Invalid resource group location '${location}'. The Resource group already exists in location '${existing.location}'.`,
    );
  }
  const group: ResourceGroup = {
    name: existing?.name ?? name,
    location,
    tags: tags(body) ?? existing?.tags ?? {},
    isSeed: existing?.isSeed ?? false,
    isDeleting: false,
  };
  resources.putGroup(group);
  exchange.sendJson(existing === undefined ? 201 : 200, view(resources, group));
}

function remove(resources: Resources, exchange: Exchange): void {
  const group = resources.group(exchange.parameter("group"));
  group.isDeleting = true;
  resources.operations.start(exchange, {
    operation: exchange.operation,
    location: group.location,
    finish(failure) {
      group.isDeleting = false;
      if (failure === undefined) resources.removeGroup(group.name);
    },
  });
  exchange.sendEmpty(202);
}

function view({ options }: Resources, group: ResourceGroup): object {
  return {
    id: groupId(options.subscription, group.name),
    name: group.name,
    type: "Microsoft.Resources/resourceGroups",
    location: group.location,
    tags: group.tags,
    properties: { provisioningState: group.isDeleting ? "Deleting" : "Succeeded" },
  };
}
