import { randomUUID } from "node:crypto";
import type { ApiError } from "../frame/errors.ts";
import type { Exchange } from "../frame/exchange.ts";
import type { Route } from "../frame/router.ts";
import type { StandInDefinition } from "../frame/stand-in.ts";
import type { Blobs } from "./blobs.ts";
import { formatError } from "./errors.ts";
import { pathCanonicalizer } from "./names.ts";
import type { Resources } from "./resources.ts";
import { BLOBS, checkStorageAccess, storageErrorBody } from "./storage-routes.ts";
import type { Tokens } from "./tokens.ts";

/** What all requests and answers of an Azure cloud have in common. */
export function azureWire(
  { blobs, options: { retryAfterSeconds } }: Resources,
  tokens: Tokens,
  routes: readonly Route[],
): Omit<StandInDefinition, "name" | "routes" | "certificate"> {
  const canonical = pathCanonicalizer(routes);
  return {
    formatError,
    sendError(exchange, error) {
      if (error.status === 429) {
        exchange.response.setHeader("retry-after", String(retryAfterSeconds));
      }
      sendError(exchange, error, blobs);
    },
    headers: () => ({
      "x-ms-request-id": randomUUID(),
      "x-ms-correlation-request-id": randomUUID(),
    }),
    rewritePath(path) {
      const [, first = ""] = path.split("/");
      return blobs.hasAccount(first) ? `${BLOBS}${path}` : canonical(path);
    },
    authorize(request) {
      const { url = "", headers } = request;
      const [, first = ""] = url.toLowerCase().split(/[/?]+/);
      if (first === "subscriptions") tokens.check(request);
      else if (blobs.hasAccount(first)) {
        const { authorization = "" } = headers;
        if (/^bearer /i.test(authorization)) tokens.check(request);
        else checkStorageAccess(first, url, authorization);
      }
    },
  };
}

/** Answers an error in the shape of the service that it comes from. */
function sendError(exchange: Exchange, error: ApiError, blobs: Blobs): void {
  const { response, path } = exchange;
  if (error.status === 401 && !error.code.startsWith("AADSTS")) {
    response.setHeader(
      "www-authenticate",
      `Bearer authorization_uri="https://${exchange.request.headers.host}/common", error="invalid_token", error_description="${error.message}"`,
    );
  }
  if (!blobs.hasAccount(path.split("/")[1] ?? "")) {
    exchange.sendJson(error.status, formatError(error));
    return;
  }
  response.writeHead(error.status, {
    "content-type": "application/xml",
    "x-ms-error-code": error.code,
  });
  response.end(storageErrorBody(error));
}
