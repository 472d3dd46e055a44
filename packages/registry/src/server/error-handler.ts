import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import type { ErrorBody } from "../api/index.ts";
import {
  isConflict,
  isDataException,
  isForeignKeyViolation,
  isUnavailable,
  isUniqueViolation,
} from "../storage/database-errors.ts";
import { GRPC, type GrpcCode, GrpcError, invalid } from "./grpc-error.ts";

/** Turns whatever a route throws, and every path that no route has, into the gateway's error body. */
export function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) =>
    sendError(asGrpcError(error, request), error, request, reply),
  );
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?", 1)[0];
    const error = new GrpcError(
      isKnownElsewhere(path ?? "") ? GRPC.UNIMPLEMENTED : GRPC.NOT_FOUND,
      `there is no ${request.method} ${path} here: see /openapi.json for what there is`,
    );
    return sendError(error, error, request, reply);
  });
}

/** The body of an error answer. */
export function errorBodyOf(error: GrpcError): ErrorBody {
  return { code: error.code, message: error.message, details: [] };
}

/** Answers with an error; what is the server's own fault goes into the log with its cause. */
export function sendError(
  answer: GrpcError,
  cause: Error,
  request: FastifyRequest,
  reply: FastifyReply,
  more: Record<string, unknown> = {},
): FastifyReply {
  if (answer.statusCode >= 500 && answer.code !== GRPC.UNIMPLEMENTED) {
    request.log.error({ err: cause }, "the request failed");
  }
  return reply.status(answer.statusCode).send({ ...errorBodyOf(answer), ...more });
}

/** Parts of HCP's API that this server leaves out: run tasks, packages, vulnerabilities, and the API of 2021. */
function isKnownElsewhere(path: string): boolean {
  return /^\/packer\/(2021-04-30\/|2023-01-01\/.*\/(runtasks|packages|vulnerabilities)(\/|$))/.test(
    path,
  );
}

/** What was thrown, as an answer. */
export function asGrpcError(error: FastifyError, request: FastifyRequest): GrpcError {
  if (error instanceof GrpcError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const problems = error.validation.map(({ instancePath, message }) => {
      const field = instancePath.slice(1).replaceAll("/", ".");
      return field === "" ? message : `${field}: ${message}`;
    });
    return invalid(`the ${placeOf(error.validationContext)} will not do: ${problems.join("; ")}`);
  }
  const fromStore = asStoreError(error);
  if (fromStore !== undefined) return fromStore;
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) return new GrpcError(codeOf(status), error.message);
  return new GrpcError(
    GRPC.INTERNAL,
    `the server failed; its log has the reason under the request ${request.id}`,
  );
}

function asStoreError(error: Error): GrpcError | undefined {
  if (isUniqueViolation(error)) {
    return new GrpcError(GRPC.ALREADY_EXISTS, "another request has just made the same");
  }
  if (isForeignKeyViolation(error)) {
    return new GrpcError(GRPC.ABORTED, "another request has just removed what this one needs");
  }
  if (isConflict(error)) {
    return new GrpcError(GRPC.ABORTED, "other requests got in the way of this one: try again");
  }
  if (isDataException(error)) return invalid("the request holds a value that cannot be stored");
  if (isUnavailable(error)) {
    return new GrpcError(GRPC.UNAVAILABLE, "the store cannot be reached just now: try again");
  }
  return undefined;
}

function codeOf(status: number): GrpcCode {
  if (status === 401) return GRPC.UNAUTHENTICATED;
  if (status === 403) return GRPC.PERMISSION_DENIED;
  if (status === 404) return GRPC.NOT_FOUND;
  if (status === 429) return GRPC.RESOURCE_EXHAUSTED;
  return GRPC.INVALID_ARGUMENT;
}

function placeOf(context: string | undefined): string {
  if (context === "querystring") return "query";
  return context === "params" ? "path" : (context ?? "request");
}
