import {
  createEnforcedBlockBody,
  empty,
  enforcedBlockAnswer,
  enforcedBlockDetailsAnswer,
  listEnforcedBlocksAnswer,
  sortedPageQuery,
  updateEnforcedBlockBody,
} from "../../api/index.ts";
import { and, eq, sql } from "../../storage/drizzle.ts";
import { enforcedBlocks } from "../../storage/schema/index.ts";
import { type PageRules, pageOf, readPage } from "../pagination.ts";
import { blocksOfBucket } from "../rules/enforced-block-links.ts";
import {
  type BlockRow,
  createBlock,
  deleteBlock,
  findBlock,
  updateBlock,
} from "../rules/enforced-blocks.ts";
import { presentBlock, presentBlockVersion } from "../views/enforced-block-view.ts";
import type { Routes } from "./index.ts";
import { answers, blockParams, bucketParams, describe, projectParams } from "./schemas.ts";

const PAGES: PageRules<BlockRow> = {
  fields: {
    name: { column: enforcedBlocks.name, of: (row) => row.name },
    created_at: { column: enforcedBlocks.createdAt, of: (row) => row.createdAt },
    id: { column: enforcedBlocks.id, of: (row) => row.id },
  },
  defaultOrder: "name",
  unique: "id",
};

export const enforcedBlockRoutes: Routes = (app, _services, workOf) => {
  app.get(
    "/enforced_blocks/bucket/:bucket_name",
    {
      schema: {
        ...describe("enforced blocks", "GetEnforcedBlocksByBucket", "What Packer adds to builds"),
        params: bucketParams,
        response: answers(enforcedBlockDetailsAnswer),
      },
    },
    async (request) => {
      const rows = await blocksOfBucket(workOf(request), request.params.bucket_name);
      return {
        enforced_block_detail: rows.map(({ block, version }) => ({
          id: block.id,
          name: block.name,
          version: presentBlockVersion(version),
        })),
      };
    },
  );

  app.put(
    "/enforced_blocks",
    {
      config: { role: "admin" },
      schema: {
        ...describe("enforced blocks", "CreateEnforcedBlock", "Make a block, its first version"),
        params: projectParams,
        body: createEnforcedBlockBody,
        response: answers(enforcedBlockAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const { block, version } = await createBlock(work, request.body);
      return { enforced_block: presentBlock(block, version, work) };
    },
  );

  app.get(
    "/enforced_blocks",
    {
      schema: {
        ...describe("enforced blocks", "ListEnforcedBlocks", "The blocks of the project"),
        params: projectParams,
        querystring: sortedPageQuery,
        response: answers(listEnforcedBlocksAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const page = pageOf(request.query, PAGES);
      const { rows, pagination } = await readPage(
        page,
        work.database,
        "list_enforced_blocks",
        { project: work.caller.projectId },
        (name) =>
          work.database
            .select()
            .from(enforcedBlocks)
            .where(and(eq(enforcedBlocks.projectId, sql.placeholder("project")), page.where))
            .orderBy(...page.orderBy)
            .limit(page.limit)
            .prepare(name),
      );
      return { enforced_blocks: rows.map((row) => presentBlock(row, undefined, work)), pagination };
    },
  );

  app.get(
    "/enforced_blocks/:enforced_block_id",
    {
      schema: {
        ...describe("enforced blocks", "GetEnforcedBlock", "A block with its newest version"),
        params: blockParams,
        response: answers(enforcedBlockAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const { block, version } = await findBlock(work, request.params.enforced_block_id);
      return { enforced_block: presentBlock(block, version, work) };
    },
  );

  app.patch(
    "/enforced_blocks/:enforced_block_id",
    {
      config: { role: "admin" },
      schema: {
        ...describe("enforced blocks", "UpdateEnforcedBlock", "Change a block's name or labels"),
        params: blockParams,
        body: updateEnforcedBlockBody,
        response: answers(enforcedBlockAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      const { enforced_block_id: id } = request.params;
      await updateBlock(work, id, request.body);
      const { block, version } = await findBlock(work, id);
      return { enforced_block: presentBlock(block, version, work) };
    },
  );

  app.delete(
    "/enforced_blocks/:enforced_block_id",
    {
      config: { role: "admin" },
      schema: {
        ...describe("enforced blocks", "DeleteEnforcedBlock", "Remove a block without links"),
        params: blockParams,
        response: answers(empty),
      },
    },
    async (request) => {
      await deleteBlock(workOf(request), request.params.enforced_block_id);
      return {};
    },
  );
};
