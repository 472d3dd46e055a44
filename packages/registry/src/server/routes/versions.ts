import { z } from "zod";
import {
  createVersionBody,
  empty,
  listVersionsAnswer,
  sortedPageQuery,
  updateVersionAnswer,
  updateVersionBody,
  versionAnswer,
} from "../../api/index.ts";
import { and, eq, sql } from "../../storage/drizzle.ts";
import { versions } from "../../storage/schema/index.ts";
import { type PageRules, pageOf, readPage } from "../pagination.ts";
import { findBucket } from "../rules/buckets.ts";
import { recordOperation } from "../rules/operations.ts";
import { deleteVersion, updateVersion } from "../rules/update-version.ts";
import { createVersion, loadVersion } from "../rules/versions.ts";
import { withMetadata } from "../views/metadata.ts";
import { presentVersion, VERSION_PARTS, type VersionRow } from "../views/version-view.ts";
import type { Routes } from "./index.ts";
import { answers, bucketParams, describe, versionParams } from "./schemas.ts";

const PAGES: PageRules<VersionRow> = {
  fields: {
    created_at: { column: versions.createdAt, of: (row) => row.createdAt },
    updated_at: { column: versions.updatedAt, of: (row) => row.updatedAt },
    name: { column: versions.number, of: (row) => row.number },
    fingerprint: { column: versions.fingerprint, of: (row) => row.fingerprint },
    id: { column: versions.id, of: (row) => row.id },
  },
  defaultOrder: "id desc",
  unique: "id",
};

const deleteQuery = z.object({ rollback_channels: z.enum(["true", "false"]).optional() });

export const versionRoutes: Routes = (app, _services, workOf) => {
  app.post(
    "/buckets/:bucket_name/versions",
    {
      config: { role: "contributor" },
      schema: {
        ...describe("versions", "CreateVersion", "Make an incomplete version"),
        params: bucketParams,
        body: createVersionBody,
        response: answers(versionAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const row = await createVersion(work, request.params.bucket_name, request.body);
      return { version: presentVersion(row, work) };
    },
  );

  app.get(
    "/buckets/:bucket_name/versions",
    {
      schema: {
        ...describe("versions", "ListVersions", "The versions of a bucket, newest first"),
        params: bucketParams,
        querystring: sortedPageQuery,
        response: answers(listVersionsAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const page = pageOf(request.query, PAGES);
      const bucket = await findBucket(work, request.params.bucket_name);
      const { rows, pagination } = await readPage(
        page,
        work.database,
        "list_versions",
        { bucket: bucket.id },
        (name) =>
          work.database.query.versions
            .findMany({
              where: and(eq(versions.bucketId, sql.placeholder("bucket")), page.where),
              orderBy: page.orderBy,
              limit: page.limit,
              ...VERSION_PARTS,
            })
            .prepare(name),
      );
      return { versions: rows.map((row) => presentVersion(row, work)), pagination };
    },
  );

  app.get(
    "/buckets/:bucket_name/versions/:fingerprint",
    {
      schema: {
        ...describe("versions", "GetVersion", "A version, with its builds' metadata"),
        params: versionParams,
        response: answers(versionAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const row = await loadVersion(work, pathOf(request.params));
      return { version: presentVersion(await withMetadata(work, row), work) };
    },
  );

  app.patch(
    "/buckets/:bucket_name/versions/:fingerprint",
    {
      config: { role: "contributor" },
      schema: {
        ...describe("versions", "UpdateVersion", "Complete, revoke or restore a version"),
        params: versionParams,
        body: updateVersionBody,
        response: answers(updateVersionAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const path = pathOf(request.params);
      await updateVersion(work, path, request.body);
      const operation = await recordOperation(work);
      return { version: presentVersion(await loadVersion(work, path), work), operation };
    },
  );

  app.delete(
    "/buckets/:bucket_name/versions/:fingerprint",
    {
      config: { role: "contributor" },
      schema: {
        ...describe("versions", "DeleteVersion", "Remove a version and its builds"),
        params: versionParams,
        querystring: deleteQuery,
        response: answers(empty),
      },
    },
    async (request) => {
      const rollback = request.query.rollback_channels === "true";
      await deleteVersion(workOf(request), pathOf(request.params), rollback);
      return {};
    },
  );
};

/** A version's names out of a route's parameters. */
export function pathOf(params: { bucket_name: string; fingerprint: string }) {
  return { bucket: params.bucket_name, fingerprint: params.fingerprint };
}
