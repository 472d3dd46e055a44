import {
  ancestryAnswer,
  ancestryQuery,
  pageQuery,
  searchAnswer,
  searchBody,
} from "../../api/index.ts";
import { listAncestry } from "../rules/ancestry.ts";
import { searchArtifacts } from "../rules/search.ts";
import { presentRelation } from "../views/relation-view.ts";
import type { Routes } from "./index.ts";
import { answers, bucketParams, describe, projectParams } from "./schemas.ts";

export const ancestryRoutes: Routes = (app, _services, workOf) => {
  app.get(
    "/buckets/:bucket_name/ancestry",
    {
      schema: {
        ...describe("ancestry", "ListBucketAncestry", "A bucket's direct parents and children"),
        params: bucketParams,
        querystring: ancestryQuery,
        response: answers(ancestryAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const { bucket_name: bucket } = request.params;
      const { rows, total, pagination } = await listAncestry(work, bucket, request.query);
      return {
        relations: rows.map((row) => presentRelation(row, work)),
        total_count: total,
        pagination,
      };
    },
  );

  app.post(
    "/_search/external_artifact",
    {
      schema: {
        ...describe("ancestry", "SearchExternalArtifact", "The builds that made an image"),
        params: projectParams,
        querystring: pageQuery,
        body: searchBody,
        response: answers(searchAnswer),
      },
    },
    async (request) => await searchArtifacts(workOf(request), request.body, request.query),
  );
};
