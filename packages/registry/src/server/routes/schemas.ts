import { z } from "zod";
import { errorBody, LIMITS } from "../../api/index.ts";

const segment = z.string().min(1).max(LIMITS.name);

export const projectParams = z.object({ organization_id: segment, project_id: segment });
export const bucketParams = projectParams.extend({ bucket_name: segment });
export const versionParams = bucketParams.extend({ fingerprint: segment });
export const buildParams = versionParams.extend({ build_id: segment });
export const sbomParams = buildParams.extend({ sbom_name: segment });
export const blockParams = projectParams.extend({ enforced_block_id: segment });
export const blockVersionParams = blockParams.extend({ enforced_block_version_id: segment });
export const channelParams = bucketParams.extend({ channel_name: segment });

/** The answers of a route of a project: its own, and the gateway's error body for everything else. */
export function answers<Answer extends z.ZodType>(answer: Answer) {
  return { 200: answer.describe("It worked."), "4xx": errorBody, "5xx": errorBody };
}

/** What all routes of a project have in their schemas. */
export function describe(tag: string, operationId: string, summary: string) {
  return { tags: [tag], operationId, summary, security: [{ bearer: [] }] };
}
