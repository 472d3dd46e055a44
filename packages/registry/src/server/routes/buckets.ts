import {
  bucketAnswer,
  createBucketBody,
  empty,
  listBucketsAnswer,
  sortedPageQuery,
  updateBucketBody,
} from "../../api/index.ts";
import { and, eq, sql } from "../../storage/drizzle.ts";
import { buckets } from "../../storage/schema/index.ts";
import { type PageRules, pageOf, readPage } from "../pagination.ts";
import { createBucket, deleteBucket, loadBucket, updateBucket } from "../rules/buckets.ts";
import { BUCKET_PARTS, type BucketRow, presentBucket } from "../views/bucket-view.ts";
import type { Routes } from "./index.ts";
import { answers, bucketParams, describe, projectParams } from "./schemas.ts";

const PAGES: PageRules<BucketRow> = {
  fields: {
    name: { column: buckets.name, of: (row) => row.name },
    created_at: { column: buckets.createdAt, of: (row) => row.createdAt },
    updated_at: { column: buckets.updatedAt, of: (row) => row.updatedAt },
    id: { column: buckets.id, of: (row) => row.id },
  },
  defaultOrder: "name",
  unique: "id",
};

export const bucketRoutes: Routes = (app, _services, workOf) => {
  for (const [method, operation] of [
    ["PUT", "CreateBucket"],
    ["POST", "CreateBucketByPost"],
  ] as const) {
    app.route({
      method,
      url: "/buckets",
      config: { role: "contributor" },
      schema: {
        ...describe("buckets", operation, "Make a bucket and its channel latest"),
        params: projectParams,
        body: createBucketBody,
        response: answers(bucketAnswer),
      },
      handler: async (request) => {
        const work = workOf(request);
        return { bucket: presentBucket(await createBucket(work, request.body), work) };
      },
    });
  }

  app.get(
    "/buckets",
    {
      schema: {
        ...describe("buckets", "ListBuckets", "The buckets of the project"),
        params: projectParams,
        querystring: sortedPageQuery,
        response: answers(listBucketsAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const page = pageOf(request.query, PAGES);
      const { rows, pagination } = await readPage(
        page,
        work.database,
        "list_buckets",
        { project: work.caller.projectId },
        (name) =>
          work.database.query.buckets
            .findMany({
              where: and(eq(buckets.projectId, sql.placeholder("project")), page.where),
              orderBy: page.orderBy,
              limit: page.limit,
              ...BUCKET_PARTS,
            })
            .prepare(name),
      );
      return { buckets: rows.map((row) => presentBucket(row, work)), pagination };
    },
  );

  app.get(
    "/buckets/:bucket_name",
    {
      schema: {
        ...describe("buckets", "GetBucket", "A bucket"),
        params: bucketParams,
        response: answers(bucketAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const bucket = await loadBucket(work, request.params.bucket_name);
      return { bucket: presentBucket(bucket, work) };
    },
  );

  app.patch(
    "/buckets/:bucket_name",
    {
      config: { role: "contributor" },
      schema: {
        ...describe("buckets", "UpdateBucket", "Replace a bucket's description and labels"),
        params: bucketParams,
        body: updateBucketBody,
        response: answers(bucketAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const bucket = await updateBucket(work, request.params.bucket_name, request.body);
      return { bucket: presentBucket(bucket, work) };
    },
  );

  app.delete(
    "/buckets/:bucket_name",
    {
      config: { role: "contributor" },
      schema: {
        ...describe("buckets", "DeleteBucket", "Remove a bucket and all that is in it"),
        params: bucketParams,
        response: answers(empty),
      },
    },
    async (request) => {
      await deleteBucket(workOf(request), request.params.bucket_name);
      return {};
    },
  );
};
