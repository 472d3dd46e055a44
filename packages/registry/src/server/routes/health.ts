import { z } from "zod";
import { errorBody } from "../../api/index.ts";
import { sql } from "../../storage/drizzle.ts";
import type { App, Services } from "../app.ts";

/** For whoever starts and watches the server: 200 while its store answers, else 503. */
export function healthRoute(app: App, { storage }: Services): void {
  app.get(
    "/healthz",
    {
      schema: {
        tags: ["health"],
        operationId: "GetHealth",
        summary: "Whether the server and its store work",
        response: { 200: z.object({ status: z.literal("ok") }), "5xx": errorBody },
      },
    },
    async () => {
      await storage.database.execute(sql`SELECT 1`);
      return { status: "ok" as const };
    },
  );
}
