import type { FastifyInstance } from "fastify";
import { invalid } from "./grpc-error.ts";
import { storageProblem } from "./text.ts";

/** Makes the server read JSON as strictly as the store does, and take a request without a body for one without. */
export function readRequests(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser<string>(
    "application/json",
    { parseAs: "string" },
    (request, text, done) => {
      // Go's client names the content type of a DELETE that has no content.
      if (text.trim() === "") return done(null, undefined);
      return parse(request, text, done);
    },
  );
  app.addHook("preValidation", async (request) => {
    const parts = { path: request.params, query: request.query, body: request.body };
    for (const [name, value] of Object.entries(parts)) {
      const problem = storageProblem(value);
      if (problem !== undefined) throw invalid(`the ${name} will not do: ${problem}`);
    }
  });
}
