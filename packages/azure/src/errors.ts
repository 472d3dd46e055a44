import { messageOf } from "@packerkit/plugin-sdk";

/** What went wrong with Azure, in a form a program can branch on. */
export type AzureErrorCode =
  /** There are no credentials, or they cannot be used. */
  | "BAD_CREDENTIALS"
  /** The credentials were refused, or have expired. */
  | "UNAUTHENTICATED"
  /** The credentials do not allow what was asked. */
  | "FORBIDDEN"
  /** A quota of the subscription is used up. */
  | "QUOTA_EXCEEDED"
  /** Something that was asked for does not exist. */
  | "NOT_FOUND"
  /** Something of that name exists already. */
  | "ALREADY_EXISTS"
  /** The cloud refused a request for another reason; `azureCode` is its own code. */
  | "REFUSED"
  /** The cloud took a request, and could not carry it out; `azureCode` is its own code. */
  | "OPERATION_FAILED"
  /** No whole answer came; what was asked may have been done. */
  | "NO_ANSWER"
  /** Something took longer than `polling_duration_timeout` or `shared_image_gallery_timeout`. */
  | "TIMED_OUT"
  /** The cloud that is named is none, or does not describe itself. */
  | "UNKNOWN_CLOUD"
  /** The subscription has no such region. */
  | "UNKNOWN_REGION"
  /** The source image cannot be used with these settings. */
  | "IMAGE_UNSUITABLE"
  /** A provisioner wants to reach the machine, and the communicator is `none`. */
  | "NO_COMMUNICATOR"
  /** A file that a setting names cannot be read. */
  | "BAD_FILE"
  /** A resource's id is none. */
  | "BAD_RESOURCE_ID"
  /** An artifact could not be removed in full. */
  | "DESTROY_FAILED";

/** What is known of an error besides its message. */
export interface AzureErrorDetails extends ErrorOptions {
  /** The HTTP status of the answer, where there was one. */
  status?: number | undefined;
  /** Azure's own code, such as `QuotaExceeded` or `AADSTS7000215`. */
  azureCode?: string | undefined;
  /** The id by which Azure's support finds the request: `x-ms-request-id`. */
  requestId?: string | undefined;
  /** The id of everything that belongs to one request: `x-ms-correlation-request-id`. */
  correlationId?: string | undefined;
}

/** Every error that this package raises by itself; `cause` holds what led to it, where something did. */
export class AzureError extends Error {
  override readonly name = "AzureError";
  readonly code: AzureErrorCode;
  readonly status: number | undefined;
  readonly azureCode: string | undefined;
  readonly requestId: string | undefined;
  readonly correlationId: string | undefined;

  constructor(code: AzureErrorCode, message: string, details: AzureErrorDetails = {}) {
    super(message, details);
    this.code = code;
    this.status = details.status;
    this.azureCode = details.azureCode;
    this.requestId = details.requestId;
    this.correlationId = details.correlationId;
  }
}

/** Whether the cloud says that a thing is not there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof AzureError && error.code === "NOT_FOUND";
}

/** Whether the cloud said no, so that nothing was begun. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof AzureError)) return false;
  if (error.code === "BAD_CREDENTIALS") return true;
  const isAnswer = error.status !== undefined && error.status < 500;
  return isAnswer && error.code !== "OPERATION_FAILED";
}

/** Several errors as one; none hides another. */
export function joinErrors(
  code: AzureErrorCode,
  what: string,
  errors: readonly unknown[],
): AzureError {
  const cause = errors.length === 1 ? errors[0] : new AggregateError(errors);
  return new AzureError(code, `${what}: ${errors.map(messageOf).join("; ")}`, { cause });
}
