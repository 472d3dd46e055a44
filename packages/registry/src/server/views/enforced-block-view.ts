import type { EnforcedBlock, EnforcedBlockVersion } from "../../api/index.ts";
import type { BlockLinkRow } from "../rules/enforced-block-links.ts";
import type { BlockRow, BlockVersionRow } from "../rules/enforced-blocks.ts";
import type { Work } from "../work.ts";
import { locationOf } from "./location.ts";

/** A block as it is sent; its newest version only where one block is asked for. */
export function presentBlock(
  block: BlockRow,
  version: BlockVersionRow | undefined,
  { caller }: Work,
): EnforcedBlock {
  return {
    id: block.id,
    name: block.name,
    labels: block.labels,
    location: locationOf(caller),
    resource_name: `packer/project/${block.projectId}/enforced-block/${block.id}`,
    ...(version === undefined ? {} : { latest_version: presentBlockVersion(version) }),
    created_at: block.createdAt.toISOString(),
    updated_at: block.updatedAt.toISOString(),
  };
}

/** A version of a block as it is sent. */
export function presentBlockVersion(row: BlockVersionRow): EnforcedBlockVersion {
  return {
    id: row.id,
    enforced_block_id: row.enforcedBlockId,
    version: row.version,
    block_content: row.blockContent,
    additional_description: row.additionalDescription,
    template_type: row.templateType as EnforcedBlockVersion["template_type"],
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

/** A link between a bucket and a version of a block as it is sent. */
export function presentLink(row: BlockLinkRow) {
  return {
    id: row.id,
    bucket_id: row.bucketId,
    enforced_block_id: row.enforcedBlockId,
    enforced_block_version_id: row.enforcedBlockVersionId,
    created_at: row.createdAt.toISOString(),
  };
}
