import {
  ancestryAnswer,
  ancestryQuery,
  pageQuery,
  searchAnswer,
  searchBody,
  sourceAncestryQuery,
} from "../../api/index.ts";
import { listAncestry, listSourceAncestry, type RelationPage } from "../rules/ancestry.ts";
import { searchArtifacts } from "../rules/search.ts";
import { presentRelation } from "../views/relation-view.ts";
import type { Work } from "../work.ts";
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
      return present(await listAncestry(work, bucket, request.query), work);
    },
  );

  app.get(
    "/ancestry",
    {
      schema: {
        ...describe("ancestry", "ListSourceAncestry", "The versions that were built on a source"),
        params: projectParams,
        querystring: sourceAncestryQuery,
        response: answers(ancestryAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      return present(await listSourceAncestry(work, request.query), work);
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

function present({ rows, total, pagination }: RelationPage, work: Work) {
  return {
    relations: rows.map((row) => presentRelation(row, work)),
    total_count: total,
    pagination,
  };
}
