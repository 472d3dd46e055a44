import { z } from "zod";
import { operationAnswer } from "../../api/index.ts";
import { findOperation } from "../rules/operations.ts";
import type { Routes } from "./index.ts";
import { answers, describe, projectParams } from "./schemas.ts";

/** HCP works on some requests in the background; its clients wait for them here. */
export const operationRoutes: Routes = (app, _services, workOf) => {
  const params = projectParams.extend({ id: z.string().max(64) });
  for (const [url, operationId] of [
    ["/operations/:id", "GetOperation"],
    ["/operations/:id/wait", "WaitForOperation"],
  ] as const) {
    app.get(
      url,
      {
        config: { needsRegistry: false },
        schema: {
          ...describe("operations", operationId, "An operation, which is over"),
          params,
          querystring: z.object({ timeout: z.string().max(32).optional() }),
          response: answers(operationAnswer),
        },
      },
      async (request) => ({
        operation: await findOperation(workOf(request), request.params.id),
      }),
    );
  }
};
