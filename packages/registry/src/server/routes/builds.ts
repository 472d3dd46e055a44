import { z } from "zod";
import {
  build,
  createBuildBody,
  empty,
  location,
  pagination,
  sortedPageQuery,
  updateBuildBody,
} from "../../api/index.ts";
import { builds } from "../../storage/schema/index.ts";
import { type PageRules, pageOf } from "../pagination.ts";
import { createBuild, deleteBuild, findBuild, listBuilds, updateBuild } from "../rules/builds.ts";
import { type BuildRow, presentBuild } from "../views/build-view.ts";
import { locationOf } from "../views/location.ts";
import type { Routes } from "./index.ts";
import { answers, buildParams, describe, versionParams } from "./schemas.ts";
import { pathOf } from "./versions.ts";

const PAGES: PageRules<BuildRow> = {
  fields: {
    created_at: { column: builds.createdAt, of: (row) => row.createdAt },
    updated_at: { column: builds.updatedAt, of: (row) => row.updatedAt },
    component_type: { column: builds.componentType, of: (row) => row.componentType },
    id: { column: builds.id, of: (row) => row.id },
  },
  defaultOrder: "id",
  unique: "id",
};

const buildAnswer = z.object({ build });
const listAnswer = z.object({ builds: z.array(build), location, pagination });

export const buildRoutes: Routes = (app, _services, workOf) => {
  const url = "/buckets/:bucket_name/versions/:fingerprint/builds";

  app.post(
    url,
    {
      config: { role: "contributor" },
      schema: {
        ...describe("builds", "CreateBuild", "Add a build to an incomplete version"),
        params: versionParams,
        body: createBuildBody,
        response: answers(buildAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const row = await createBuild(work, pathOf(request.params), request.body);
      return { build: presentBuild(row, work) };
    },
  );

  app.get(
    url,
    {
      schema: {
        ...describe("builds", "ListBuilds", "The builds of a version, oldest first"),
        params: versionParams,
        querystring: sortedPageQuery,
        response: answers(listAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const page = pageOf(request.query, PAGES);
      const { rows, pagination: pages } = await listBuilds(work, pathOf(request.params), page);
      return {
        builds: rows.map((row) => presentBuild(row, work)),
        location: locationOf(work.caller),
        pagination: pages,
      };
    },
  );

  app.get(
    `${url}/:build_id`,
    {
      schema: {
        ...describe("builds", "GetBuild", "A build"),
        params: buildParams,
        response: answers(buildAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const row = await findBuild(work, buildPathOf(request.params));
      return { build: presentBuild(row, work) };
    },
  );

  app.patch(
    `${url}/:build_id`,
    {
      config: { role: "contributor" },
      schema: {
        ...describe("builds", "UpdateBuild", "Change a build that is not done; a heartbeat"),
        params: buildParams,
        body: updateBuildBody,
        response: answers(buildAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const row = await updateBuild(work, buildPathOf(request.params), request.body);
      return { build: presentBuild(row, work) };
    },
  );

  app.delete(
    `${url}/:build_id`,
    {
      config: { role: "contributor" },
      schema: {
        ...describe("builds", "DeleteBuild", "Remove a build from an incomplete version"),
        params: buildParams,
        response: answers(empty),
      },
    },
    async (request) => {
      await deleteBuild(workOf(request), buildPathOf(request.params));
      return {};
    },
  );
};

function buildPathOf(params: { bucket_name: string; fingerprint: string; build_id: string }) {
  return { ...pathOf(params), build: params.build_id };
}
