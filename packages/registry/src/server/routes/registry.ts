import {
  changedRegistryAnswer,
  createRegistryBody,
  registryAnswer,
  updateRegistryBody,
} from "../../api/index.ts";
import { recordOperation } from "../rules/operations.ts";
import {
  createRegistry,
  deleteRegistry,
  findRegistry,
  presentRegistry,
  updateRegistry,
} from "../rules/registry.ts";
import type { Routes } from "./index.ts";
import { answers, describe, projectParams } from "./schemas.ts";

export const registryRoutes: Routes = (app, { authenticator }, workOf) => {
  app.get(
    "/registry",
    {
      config: { needsRegistry: false },
      schema: {
        ...describe("registry", "GetRegistry", "The project's registry"),
        params: projectParams,
        response: answers(registryAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      return { registry: presentRegistry(await findRegistry(work), work) };
    },
  );

  app.put(
    "/registry",
    {
      config: { role: "admin", needsRegistry: false },
      schema: {
        ...describe("registry", "CreateRegistry", "Make the project's registry"),
        params: projectParams,
        body: createRegistryBody,
        response: answers(changedRegistryAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const row = await createRegistry(work, request.body.feature_tier ?? "PLUS");
      authenticator.forget();
      return { registry: presentRegistry(row, work), operation: await recordOperation(work) };
    },
  );

  app.patch(
    "/registry",
    {
      config: { role: "admin", needsRegistry: false },
      schema: {
        ...describe("registry", "UpdateRegistry", "Activate, deactivate or set the tier"),
        params: projectParams,
        body: updateRegistryBody,
        response: answers(changedRegistryAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const row = await updateRegistry(work, request.body);
      authenticator.forget();
      return { registry: presentRegistry(row, work), operation: await recordOperation(work) };
    },
  );

  app.delete(
    "/registry",
    {
      config: { role: "admin", needsRegistry: false },
      schema: {
        ...describe("registry", "DeleteRegistry", "Remove the registry and all its buckets"),
        params: projectParams,
        response: answers(changedRegistryAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const row = await deleteRegistry(work);
      authenticator.forget();
      return { registry: presentRegistry(row, work), operation: await recordOperation(work) };
    },
  );
};
