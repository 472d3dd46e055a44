import { z } from "zod";
import {
  organizationAnswer,
  organizationsAnswer,
  projectAnswer,
  projectsAnswer,
} from "../../api/index.ts";
import { eq } from "../../storage/drizzle.ts";
import { organizations, projects } from "../../storage/schema/index.ts";
import { denied } from "../grpc-error.ts";
import type { Work } from "../work.ts";
import type { Routes } from "./index.ts";
import { answers, describe } from "./schemas.ts";

const idParams = z.object({ id: z.string().max(64) });
const listQuery = z.object({
  "scope.id": z.string().max(64).optional(),
  "scope.type": z.string().max(64).optional(),
});

/** How a client that was told no organization or project finds its own. A principal has one of each. */
export const resourceManagerRoutes: Routes = (app, _services, workOf) => {
  const config = { needsRegistry: false };

  app.get(
    "/organizations",
    {
      config,
      schema: {
        ...describe("tenants", "ListOrganizations", "The principal's organization"),
        response: answers(organizationsAnswer),
      },
    },
    async (request) => ({
      organizations: [await loadOrganization(workOf(request))],
      pagination: {},
    }),
  );

  app.get(
    "/organizations/:id",
    {
      config,
      schema: {
        ...describe("tenants", "GetOrganization", "The principal's organization"),
        params: idParams,
        response: answers(organizationAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      if (request.params.id !== work.caller.organizationId) throw foreign("organization");
      return { organization: await loadOrganization(work) };
    },
  );

  app.get(
    "/projects",
    {
      config,
      schema: {
        ...describe("tenants", "ListProjects", "The principal's project"),
        querystring: listQuery,
        response: answers(projectsAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const scope = request.query["scope.id"] ?? work.caller.organizationId;
      if (scope !== work.caller.organizationId) throw foreign("organization");
      return { projects: [await loadProject(work)], pagination: {} };
    },
  );

  app.get(
    "/projects/:id",
    {
      config,
      schema: {
        ...describe("tenants", "GetProject", "The principal's project"),
        params: idParams,
        response: answers(projectAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      if (request.params.id !== work.caller.projectId) throw foreign("project");
      return { project: await loadProject(work) };
    },
  );
};

function foreign(what: string) {
  return denied(`the principal belongs to another ${what}`);
}

async function loadOrganization({ database, caller }: Work) {
  const [row] = await database
    .select()
    .from(organizations)
    .where(eq(organizations.id, caller.organizationId));
  if (row === undefined) throw foreign("organization");
  const { id, name, createdAt } = row;
  return { id, name, state: "ACTIVE" as const, created_at: createdAt.toISOString() };
}

async function loadProject({ database, caller }: Work) {
  const [row] = await database.select().from(projects).where(eq(projects.id, caller.projectId));
  if (row === undefined) throw foreign("project");
  return {
    id: row.id,
    name: row.name,
    parent: { id: row.organizationId, type: "ORGANIZATION" as const },
    state: "ACTIVE" as const,
    created_at: row.createdAt.toISOString(),
  };
}
