import type { FastifyRequest } from "fastify";
import type { App, Services } from "../app.ts";
import { authorize, type Caller, requireRegistry } from "../auth/authenticate.ts";
import type { Role } from "../auth/roles.ts";
import { tooMany } from "../grpc-error.ts";
import { PROJECT_PATH } from "../views/location.ts";
import type { Work } from "../work.ts";
import { ancestryRoutes } from "./ancestry.ts";
import { bucketRoutes } from "./buckets.ts";
import { buildRoutes } from "./builds.ts";
import { channelRoutes } from "./channels.ts";
import { enforcedBlockVersionRoutes } from "./enforced-block-versions.ts";
import { enforcedBlockRoutes } from "./enforced-blocks.ts";
import { healthRoute } from "./health.ts";
import { operationRoutes } from "./operations.ts";
import { registryRoutes } from "./registry.ts";
import { resourceManagerRoutes } from "./resource-manager.ts";
import { revocationImpactRoutes } from "./revocation-impact.ts";
import { sbomDownloadRoute, sbomRoutes } from "./sboms.ts";
import { tokenRoutes } from "./tokens.ts";
import { versionRoutes } from "./versions.ts";

declare module "fastify" {
  interface FastifyRequest {
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    /** The least role that the route takes; `viewer` where it says nothing. */
    role?: Role;
    /** False for routes that make or show the registry itself. */
    needsRegistry?: boolean;
  }
}

/** Routes of one kind of thing; `work` makes of a request what rules and views work with. */
export type Routes = (
  app: App,
  services: Services,
  work: (request: FastifyRequest) => Work,
) => void;

/** Adds all routes. Those of a project are closed to everybody but its principals. */
export async function registerRoutes(app: App, services: Services): Promise<void> {
  const { settings, storage } = services;
  const workOf = (request: FastifyRequest): Work => {
    const now = settings.clock();
    return {
      database: storage.database,
      caller: request.caller as Caller,
      now,
      staleBefore: new Date(now.getTime() - settings.heartbeatTimeout),
    };
  };
  app.decorateRequest("caller", null);
  tokenRoutes(app, services);
  healthRoute(app, services);
  sbomDownloadRoute(app, services);
  for (const [prefix, routes] of Object.entries(ROUTES)) {
    await app.register(
      async (scope: App) => {
        closeToStrangers(scope, services);
        for (const add of routes) add(scope, services, workOf);
      },
      { prefix },
    );
  }
}

/** By what their paths begin with. */
const ROUTES: Record<string, readonly Routes[]> = {
  [PROJECT_PATH]: [
    registryRoutes,
    bucketRoutes,
    versionRoutes,
    revocationImpactRoutes,
    buildRoutes,
    sbomRoutes,
    channelRoutes,
    ancestryRoutes,
    enforcedBlockRoutes,
    enforcedBlockVersionRoutes,
  ],
  "/operation/2020-05-05/organizations/:organization_id/projects/:project_id": [operationRoutes],
  "/resource-manager/2019-12-10": [resourceManagerRoutes],
};

function closeToStrangers(app: App, { authenticator, settings }: Services): void {
  app.addHook("onRequest", async (request) => {
    const caller = await authenticator.callerOf(request);
    const { role = "viewer", needsRegistry = true } = request.routeOptions.config;
    authorize(caller, request.params as Record<string, string>, role);
    if (needsRegistry) requireRegistry(caller);
    request.caller = caller;
  });
  app.addHook(
    "preParsing",
    app.rateLimit({
      max: settings.requestsPerSecond,
      timeWindow: 1000,
      keyGenerator: (request) => request.caller?.clientId ?? request.ip,
      errorResponseBuilder: () => tooMany(`${settings.requestsPerSecond} requests in a second`),
    }),
  );
}
