import { ApiError } from "../frame/errors.ts";

/** One cause of an error, as ARM lists them under `details`. */
export interface ArmErrorDetail {
  code: string;
  message: string;
}

/** A refusal in Azure Resource Manager's shape, with the causes below it. */
export class ArmError extends ApiError {
  readonly details: readonly ArmErrorDetail[];

  constructor(
    status: number,
    code: string,
    message: string,
    details: readonly ArmErrorDetail[] = [],
  ) {
    super(status, code, message);
    this.details = details;
  }
}

/** 404 for a resource by its type, such as `Microsoft.Compute/images`, and its names, such as `web-1`. */
export function resourceNotFound(type: string, name: string, group: string): ApiError {
  return new ApiError(
    404,
    "ResourceNotFound",
    `The Resource '${type}/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );
}

/** 404 for a resource that a request's body names by its id. */
export function referenceNotFound(id: string): ApiError {
  return new ApiError(404, "NotFound", `The entity '${id}' was not found in this Azure location.`);
}

export function groupNotFound(group: string): ApiError {
  return new ApiError(
    404,
    "ResourceGroupNotFound",
    `Resource group '${group}' could not be found.`,
  );
}

export function invalidParameter(target: string, reason: string): ApiError {
  return new ApiError(
    400,
    "InvalidParameter",
    `The value of parameter ${target} is invalid. ${reason}`,
  );
}

/** 409 for what the state of a resource does not allow. */
export function notAllowed(reason: string): ApiError {
  return new ApiError(409, "OperationNotAllowed", reason);
}

/** 409 for a limit of the subscription. */
export function quotaExceeded(quota: string, location: string, limit: number): ApiError {
  return new ApiError(
    409,
    "OperationNotAllowed",
    `Operation could not be completed as it results in exceeding approved ${quota} quota. Additional details - Deployment Model: Resource Manager, Location: ${location}, Current Limit: ${limit}, Current Usage: ${limit}, Additional Required: 1, (Minimum) New Limit Required: ${limit + 1}.`,
  );
}

/** A refusal of Microsoft Entra ID; `number` is the one after `AADSTS`. */
export function signInRefused(status: number, number: number, message: string): ApiError {
  return new ApiError(status, `AADSTS${number}`, message);
}

/** What OAuth calls the refusals of Microsoft Entra ID. */
const OAUTH_ERRORS: Readonly<Record<string, string>> = {
  AADSTS7000215: "invalid_client",
  AADSTS700016: "unauthorized_client",
  AADSTS90002: "invalid_request",
  AADSTS900144: "invalid_request",
};

/** An error's body: Microsoft Entra ID's where its code begins with `AADSTS`, Resource Manager's otherwise. */
export function formatError(error: ApiError): unknown {
  const { code, message } = error;
  if (code.startsWith("AADSTS")) {
    return {
      error: OAUTH_ERRORS[code] ?? "invalid_request",
      error_description: `${code}: ${message}`,
      error_codes: [Number(code.slice("AADSTS".length))],
      timestamp: new Date().toISOString().replace("T", " ").replace(/\..*/, "Z"),
    };
  }
  const details = error instanceof ArmError ? error.details : [];
  return { error: { code, message, ...(details.length === 0 ? {} : { details }) } };
}
