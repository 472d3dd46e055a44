import { impactAnswer, impactQuery } from "../../api/index.ts";
import { previewRevocation } from "../rules/revocation-impact.ts";
import type { Routes } from "./index.ts";
import { answers, describe, versionParams } from "./schemas.ts";
import { pathOf } from "./versions.ts";

/** Not in HCP's API: what a revocation would do, for who is about to ask for it. */
export const revocationImpactRoutes: Routes = (app, _services, workOf) => {
  app.get(
    "/buckets/:bucket_name/versions/:fingerprint/revocation_impact",
    {
      config: { role: "contributor" },
      schema: {
        ...describe("versions", "GetRevocationImpact", "What revoking a version now would do"),
        params: versionParams,
        querystring: impactQuery,
        response: answers(impactAnswer),
      },
    },
    async (request) => {
      const work = workOf(request);
      return await previewRevocation(work, pathOf(request.params), {
        revokeAt: work.now,
        message: "",
        skipDescendants: request.query.skip_descendants_revocation === "true",
        rollbackChannels: request.query.disable_rollback_channels !== "true",
      });
    },
  );
};
