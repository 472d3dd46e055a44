import type { Exchange } from "./exchange.ts";

/** One operation of a provider's API. */
export interface Route {
  method: string;
  /** `{name}` stands for one segment, `{name+}` for one or more, as in `/images/{name+}/json`. */
  path: string;
  /** The provider's name of the operation, such as `CreateImage`; faults and the request log use it. */
  operation: string;
  handle(exchange: Exchange): Promise<void> | void;
}

/** A route that fits a request. */
export interface RouteMatch {
  route: Route;
  /** The decoded values of the placeholders. */
  parameters: Record<string, string>;
}

/** Answers the first route that fits a method and a path, or `undefined`. */
export type MatchRoute = (method: string, path: string) => RouteMatch | undefined;

/** Compiles a table of routes. */
export function compileRoutes(routes: readonly Route[]): MatchRoute {
  const compiled = routes.map((route) => ({ route, pattern: compilePath(route.path) }));
  return (method, path) => {
    for (const { route, pattern } of compiled) {
      if (route.method !== method) continue;
      const found = pattern.exec(path);
      if (found === null) continue;
      const parameters = decodeParameters(found.groups ?? {});
      if (parameters !== undefined) return { route, parameters };
    }
    return undefined;
  };
}

function compilePath(path: string): RegExp {
  const source = path.replace(
    /[.*?^$()|[\]\\]|\{(\w+)(\+?)\}/g,
    (text, name?: string, many?: string) =>
      name === undefined ? `\\${text}` : many ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`,
  );
  return new RegExp(`^${source}$`);
}

/** `undefined` where a value is not well-formed percent-encoding. */
function decodeParameters(groups: Record<string, string>): Record<string, string> | undefined {
  try {
    return Object.fromEntries(
      Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
  } catch {
    return undefined;
  }
}
