import { randomBytes } from "node:crypto";
import type { Exchange } from "../frame/exchange.ts";
import type { Route } from "../frame/router.ts";
import type { Resource } from "./model.ts";
import { nameOf, pathOf } from "./resource-routes.ts";
import type { Resources } from "./resources.ts";

const DISK = "Microsoft.Compute/disks";

/** How disks are opened for who has a URL, and closed again. */
export function diskAccessRoutes(resources: Resources): Route[] {
  const route = (action: string, name: string, handle: Route["handle"]): Route => ({
    method: "POST",
    path: `${pathOf(DISK)}/${action}`,
    operation: `Disks_${name}`,
    handle,
  });
  return [
    route("beginGetAccess", "GrantAccess", (exchange) =>
      begin(resources, exchange, (disk) => {
        const signature = randomBytes(16).toString("hex");
        disk.access ??= `https://${exchange.request.headers.host}/md/${signature}?sig=${signature}`;
        return { accessSAS: disk.access };
      }),
    ),
    route("endGetAccess", "RevokeAccess", (exchange) =>
      begin(resources, exchange, (disk) => {
        disk.access = undefined;
        return undefined;
      }),
    ),
  ];
}

function begin(
  resources: Resources,
  exchange: Exchange,
  change: (disk: Resource) => object | undefined,
): void {
  const disk = resources.get(nameOf(exchange, DISK));
  resources.operations.start(exchange, {
    operation: exchange.operation,
    location: disk.location,
    finish: (failure) => (failure === undefined ? change(disk) : undefined),
  });
  exchange.sendEmpty(202);
}
