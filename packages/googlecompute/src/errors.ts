import { cleanText } from "@packerkit/plugin-sdk";

/** What went wrong with Google Cloud, in a form a program can branch on. */
export type GoogleComputeErrorCode =
  /** The credentials cannot be read, are of no known kind, or there are none. */
  | "BAD_CREDENTIALS"
  /** The credentials were refused, or have expired. */
  | "UNAUTHENTICATED"
  /** The credentials do not allow what was asked. */
  | "FORBIDDEN"
  /** A quota of the project is used up. */
  | "QUOTA_EXCEEDED"
  /** Something that was asked for does not exist. */
  | "NOT_FOUND"
  /** Something of that name exists already. */
  | "ALREADY_EXISTS"
  /** The cloud refused a request for another reason; `reason` is its own code. */
  | "REFUSED"
  /** The cloud took a request, and could not carry it out; `reason` is its own code. */
  | "OPERATION_FAILED"
  /** No whole answer came; what was asked may have been done. */
  | "NO_ANSWER"
  /** Something took longer than `state_timeout`. */
  | "TIMED_OUT"
  /** No project that was searched has the source image. */
  | "IMAGE_NOT_FOUND"
  /** The source image cannot be used with these settings. */
  | "IMAGE_UNSUITABLE"
  /** The zone is in another region. */
  | "ZONE_NOT_IN_REGION"
  /** The instance stopped, or was stopped, before it was ready. */
  | "INSTANCE_FAILED"
  /** The instance's start-up script failed. */
  | "STARTUP_SCRIPT_FAILED"
  /** A provisioner wants to reach the instance, and the communicator is `none`. */
  | "NO_COMMUNICATOR"
  /** A file that a setting names cannot be read. */
  | "BAD_FILE"
  /** A post-processor was given an artifact that it cannot use. */
  | "BAD_ARTIFACT";

/** What is known of an error besides its message. */
export interface GoogleComputeErrorDetails extends ErrorOptions {
  /** The HTTP status of the answer, where there was one. */
  status?: number | undefined;
  /** The cloud's own code, such as `quotaExceeded` or `ZONE_RESOURCE_POOL_EXHAUSTED`. */
  reason?: string | undefined;
  /** The id of the request, by which the cloud's logs know it. */
  requestId?: string | undefined;
}

/** Every error that this package raises by itself; `cause` holds what led to it, where something did. */
export class GoogleComputeError extends Error {
  override readonly name = "GoogleComputeError";
  readonly code: GoogleComputeErrorCode;
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly requestId: string | undefined;

  constructor(
    code: GoogleComputeErrorCode,
    message: string,
    details: GoogleComputeErrorDetails = {},
  ) {
    super(message, details);
    this.code = code;
    this.status = details.status;
    this.reason = details.reason;
    this.requestId = details.requestId;
  }
}

const CODES: Readonly<Record<number, GoogleComputeErrorCode>> = {
  401: "UNAUTHENTICATED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  409: "ALREADY_EXISTS",
};

const CURES: Readonly<Partial<Record<GoogleComputeErrorCode, string>>> = {
  UNAUTHENTICATED:
    "; get a new token for access_token, or check credentials_file and credentials_json",
  FORBIDDEN: "; check project_id and what the credentials may do in that project",
  QUOTA_EXCEEDED: "; free some of it, or ask for more on the project's page of quotas",
  NO_ANSWER: "; check the network, and custom_endpoints where it is set",
};

/** What every client error of the SDK may have. Source: google-gax `googleError.ts`, `fallbackServiceStub.ts`. */
interface SdkError {
  message?: unknown;
  httpStatusCode?: unknown;
  status?: unknown;
  code?: unknown;
}

/** Where google-gax keeps the body of an answer that was an error. */
const PAYLOAD = Symbol.for("google-gax.rawHttpResponsePayload");

/**
 * Turns whatever a call of an SDK threw into a {@link GoogleComputeError}; one that is such an error already is
 * answered as it is.
 *
 * @param what What was being done, such as `creating the image web-1`.
 * @param requestId The id that the request was sent with.
 */
export function toGoogleComputeError(
  what: string,
  error: unknown,
  requestId?: string,
): GoogleComputeError {
  if (error instanceof GoogleComputeError) return error;
  const { httpStatusCode, status: fetchStatus, code: sdkCode, message } = error as SdkError;
  const status = [httpStatusCode, fetchStatus, sdkCode].find(isHttpStatus);
  const answer = readAnswer((error as Record<symbol, unknown>)[PAYLOAD] ?? error);
  const reason = answer.reason;
  const words = cleanText(lastTry(answer.message ?? String(message ?? error)));
  const code = codeOf(status, reason, words);
  const parts = [
    ...(status === undefined ? [] : [`HTTP ${status}`]),
    ...(reason === undefined ? [] : [reason]),
    ...(requestId === undefined ? [] : [`request ${requestId}`]),
  ];
  const details = parts.length === 0 ? "" : ` (${parts.join(", ")})`;
  return new GoogleComputeError(code, `${what} failed: ${words}${details}${CURES[code] ?? ""}`, {
    cause: error,
    status,
    reason,
    requestId,
  });
}

/** What came of the last try, of a message that tells of all of them. Source: google-gax `normalCalls/retries.ts`. */
function lastTry(message: string): string {
  const told = /retrying error (?:Error: )?(.+?) before any response was received/s.exec(message);
  return told?.[1] ?? message;
}

function isHttpStatus(value: unknown): value is number {
  return typeof value === "number" && value >= 400 && value <= 599;
}

function codeOf(
  status: number | undefined,
  reason: string | undefined,
  words: string,
): GoogleComputeErrorCode {
  if (reason !== undefined && /quota/i.test(reason)) return "QUOTA_EXCEEDED";
  if (/invalid_grant|invalid_client/.test(words)) return "UNAUTHENTICATED";
  return status === undefined ? "NO_ANSWER" : (CODES[status] ?? "REFUSED");
}

/** The parts of Google's error shape that people need: `{ error: { message, errors: [{ reason }], details } }`. */
function readAnswer(payload: unknown): { message?: string; reason?: string } {
  const body = typeof payload === "string" ? parse(payload) : payload;
  const error = (body as { error?: unknown } | undefined)?.error ?? body;
  if (typeof error !== "object" || error === null) return {};
  const { message, errors, details } = error as Record<string, unknown>;
  const reasons = [details, errors]
    .flatMap((list) => (Array.isArray(list) ? list : []))
    .map((entry: { reason?: unknown } | null) => entry?.reason)
    .filter((reason) => typeof reason === "string");
  return {
    ...(typeof message === "string" ? { message } : {}),
    ...(reasons[0] === undefined ? {} : { reason: reasons[0] }),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
