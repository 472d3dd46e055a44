import {
  createEnforcedBlockVersionBody,
  empty,
  enforcedBlockDetailsAnswer,
  enforcedBlockVersionAnswer,
  linkBucketsAnswer,
  linkBucketsBody,
  linkedBucketsAnswer,
  updateEnforcedBlockVersionBody,
} from "../../api/index.ts";
import { linkBuckets, linksOf } from "../rules/enforced-block-links.ts";
import {
  createBlockVersion,
  deleteBlockVersion,
  listBlockVersions,
  updateBlockVersion,
} from "../rules/enforced-blocks.ts";
import { presentBucket } from "../views/bucket-view.ts";
import { presentBlockVersion, presentLink } from "../views/enforced-block-view.ts";
import type { Routes } from "./index.ts";
import { answers, blockParams, blockVersionParams, describe } from "./schemas.ts";

export const enforcedBlockVersionRoutes: Routes = (app, _services, workOf) => {
  const url = "/enforced_blocks/:enforced_block_id/versions";

  app.put(
    url,
    {
      config: { role: "admin" },
      schema: {
        ...describe("enforced blocks", "CreateEnforcedBlockVersion", "Add a version to a block"),
        params: blockParams,
        body: createEnforcedBlockVersionBody,
        response: answers(enforcedBlockVersionAnswer),
      },
    },
    async (request) => {
      const { enforced_block_id: id } = request.params;
      const row = await createBlockVersion(workOf(request), id, request.body);
      return { enforced_block_version: presentBlockVersion(row) };
    },
  );

  app.get(
    url,
    {
      schema: {
        ...describe("enforced blocks", "GetEnforcedBlockVersions", "A block's, newest first"),
        params: blockParams,
        response: answers(enforcedBlockDetailsAnswer),
      },
    },
    async (request) => {
      const { enforced_block_id: id } = request.params;
      const { block, versions } = await listBlockVersions(workOf(request), id);
      return {
        enforced_block_detail: versions.map((version) => ({
          id: block.id,
          name: block.name,
          version: presentBlockVersion(version),
        })),
      };
    },
  );

  app.patch(
    `${url}/:enforced_block_version_id`,
    {
      config: { role: "admin" },
      schema: {
        ...describe("enforced blocks", "UpdateEnforcedBlockVersion", "Change its description"),
        params: blockVersionParams,
        body: updateEnforcedBlockVersionBody,
        response: answers(enforcedBlockVersionAnswer),
      },
    },
    async (request) => {
      const { enforced_block_id: block, enforced_block_version_id: id } = request.params;
      const row = await updateBlockVersion(workOf(request), block, id, request.body);
      return { enforced_block_version: presentBlockVersion(row) };
    },
  );

  app.delete(
    `${url}/:enforced_block_version_id`,
    {
      config: { role: "admin" },
      schema: {
        ...describe("enforced blocks", "DeleteEnforcedBlockVersion", "Remove one without links"),
        params: blockVersionParams,
        response: answers(empty),
      },
    },
    async (request) => {
      const { enforced_block_id: block, enforced_block_version_id: id } = request.params;
      await deleteBlockVersion(workOf(request), block, id);
      return {};
    },
  );

  app.get(
    `${url}/:enforced_block_version_id/buckets`,
    {
      schema: {
        ...describe("enforced blocks", "GetEnforcedBlockLinkedBuckets", "Where it is enforced"),
        params: blockVersionParams,
        response: answers(linkedBucketsAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const { enforced_block_id: block, enforced_block_version_id: id } = request.params;
      const rows = await linksOf(work, block, id);
      return {
        linked_buckets: rows.map((row) => {
          const { bucket_id: _, ...link } = presentLink(row);
          return { ...link, bucket: presentBucket(row.bucket, work) };
        }),
      };
    },
  );

  app.post(
    `${url}/:enforced_block_version_id/buckets`,
    {
      config: { role: "admin" },
      schema: {
        ...describe("enforced blocks", "ManageEnforcedBlockLinkedBuckets", "Say where it is"),
        params: blockVersionParams,
        body: linkBucketsBody,
        response: answers(linkBucketsAnswer),
      },
    },
    async (request) => {
      const { enforced_block_id: block, enforced_block_version_id: id } = request.params;
      const names = request.body.bucket_names;
      const rows = await linkBuckets(workOf(request), block, id, names);
      return { enforced_block_buckets: rows.map(presentLink) };
    },
  );
};
