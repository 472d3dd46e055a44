import type { Route } from "../frame/router.ts";

/** The operations of an API by name: where they are, and what they do. */
export type Operations = Record<string, [endpoint: string, handle: Route["handle"]]>;

/** The routes of operations. */
export function routesOf(operations: Operations): Route[] {
  return Object.entries(operations).map(([operation, [endpoint, handle]]) => {
    const [method = "", path = ""] = endpoint.split(" ");
    return { method, path, operation, handle };
  });
}
