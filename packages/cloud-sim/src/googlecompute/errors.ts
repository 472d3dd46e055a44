import { ApiError } from "../frame/errors.ts";

/** 404 in the API's words; `path` is such as `projects/p/global/images/i`. */
export function notFound(path: string): ApiError {
  return new ApiError(404, "notFound", `The resource '${path}' was not found`);
}

export function alreadyExists(path: string): ApiError {
  return new ApiError(409, "alreadyExists", `The resource '${path}' already exists`);
}

export function notReady(path: string): ApiError {
  return new ApiError(400, "resourceNotReady", `The resource '${path}' is not ready`);
}

export function inUse(path: string, by: string): ApiError {
  return new ApiError(
    400,
    "resourceInUseByAnotherResource",
    `The resource '${path}' is already being used by '${by}'`,
  );
}

export function invalid(field: string, value: unknown, reason: string): ApiError {
  return new ApiError(
    400,
    "invalid",
    `Invalid value for field '${field}': '${String(value)}'. ${reason}`,
  );
}

export function forbidden(permission: string, path: string): ApiError {
  return new ApiError(403, "forbidden", `Required '${permission}' permission for '${path}'`);
}

export function quotaExceeded(quota: string, limit: number): ApiError {
  return new ApiError(
    403,
    "quotaExceeded",
    `Quota '${quota}' exceeded.  Limit: ${limit.toFixed(1)} in region us-central1.`,
  );
}

/** The code of a token that was good once. */
export const TOKEN_EXPIRED = "ACCESS_TOKEN_EXPIRED";
/** The code of a request without a token, or with one that never was good. */
export const TOKEN_REFUSED = "CREDENTIALS_MISSING";

export function unauthenticated(code: string): ApiError {
  return new ApiError(
    401,
    code,
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.",
  );
}

/** An error's body, as Google's REST APIs write it. */
export function formatError({ status, code, message }: ApiError): unknown {
  if (status !== 401) {
    const errors = [{ message, domain: "global", reason: code }];
    return { error: { code: status, message, errors } };
  }
  return {
    error: {
      code: status,
      message,
      errors: [{ message: "Invalid Credentials", domain: "global", reason: "authError" }],
      status: "UNAUTHENTICATED",
      details: [
        {
          "@type": "type.googleapis.com/google.rpc.ErrorInfo",
          reason: code,
          domain: "googleapis.com",
          metadata: { service: "compute.googleapis.com" },
        },
      ],
    },
  };
}
