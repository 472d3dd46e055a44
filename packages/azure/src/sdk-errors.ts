import { cleanText } from "@packerkit/plugin-sdk";
import { AzureError, type AzureErrorCode } from "./errors.ts";

/** What was seen of the answers to one call. */
export interface Trace {
  status?: number | undefined;
  requestId?: string | undefined;
  correlationId?: string | undefined;
  /** The last answer, where it was text. */
  body?: string | undefined;
  /** How long the cloud asks to wait before the next question, in milliseconds. */
  retryAfter?: number | undefined;
}

/** What the errors of the SDK may have. Source: @typespec/ts-http-runtime `restError.ts`; @azure/identity `errors.ts`. */
interface SdkError {
  name?: string;
  message?: string;
  code?: unknown;
  statusCode?: unknown;
  details?: unknown;
  response?: { headers?: { get?(name: string): string | undefined } };
  errorResponse?: { errorDescription?: string };
  /** Of MSAL, which signs in. */
  cause?: { status?: unknown; correlationId?: string };
}

const CODES: Readonly<Record<number, AzureErrorCode>> = {
  401: "UNAUTHENTICATED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
};

const CURES: Readonly<Partial<Record<AzureErrorCode, string>>> = {
  UNAUTHENTICATED: "; check client_id, client_secret and tenant_id, or sign in again",
  FORBIDDEN: "; check subscription_id, and what the credentials may do there",
  QUOTA_EXCEEDED:
    "; free some of it, choose another vm_size or location, or ask for a higher quota",
  NO_ANSWER: "; check the network, and metadata_host where it is set",
};

/**
 * Turns whatever a call of the SDK threw into an {@link AzureError}; one that is such an error already is answered as
 * it is.
 *
 * @param what What was being done, such as `creating the image web-1`.
 */
export function toAzureError(what: string, thrown: unknown, trace: Trace = {}): AzureError {
  if (thrown instanceof AzureError) return thrown;
  const error = (thrown ?? {}) as SdkError;
  const signIn = signInError(what, error);
  if (signIn !== undefined) return signIn;
  const isOperation = typeof error.statusCode !== "number" && hasFailed(trace);
  const status = isOperation ? trace.status : numberOf(error.statusCode);
  const told = isOperation ? toldIn(parse(trace.body)) : (toldIn(error.details) ?? toldIn(error));
  // Without an answer, the code is one of this machine's network.
  const azureCode = status === undefined ? undefined : told?.code;
  const words = cleanText(told?.message ?? error.message ?? String(thrown));
  const code = codeOf(status, azureCode, words, isOperation);
  const { correlationId } = trace;
  const requestId = trace.requestId ?? error.response?.headers?.get?.("x-ms-request-id");
  return new AzureError(
    code,
    `${what} failed: ${words}${parts({ status: isOperation ? undefined : status, azureCode, requestId })}${CURES[code] ?? ""}`,
    { cause: thrown, status, azureCode, requestId, correlationId },
  );
}

/** What of the identity library tells that nobody could sign in. */
function signInError(what: string, error: SdkError): AzureError | undefined {
  const { name = "", message = "", errorResponse, statusCode } = error;
  if (/^(CredentialUnavailableError|AggregateAuthenticationError)$/.test(name)) {
    return new AzureError(
      "BAD_CREDENTIALS",
      `${what} failed: there are no credentials that can be used (${cleanText(message)}); set client_id, client_secret and tenant_id, or use_azure_cli_auth after az login`,
      { cause: error },
    );
  }
  if (!/^(AuthenticationError|AuthenticationRequiredError)$/.test(name)) return undefined;
  const words = cleanText(errorResponse?.errorDescription ?? message);
  const azureCode = /AADSTS\d+/.exec(words)?.[0];
  const requestId = /Trace ID: ([0-9a-f-]{36})/.exec(words)?.[1];
  const status = numberOf(error.cause?.status) ?? numberOf(statusCode);
  // The identity library counts an answer that never came as one of its own errors.
  const code = azureCode === undefined ? "NO_ANSWER" : "UNAUTHENTICATED";
  return new AzureError(
    code,
    `${what} failed: nobody could sign in: ${words}${parts({ status, azureCode, requestId })}${CURES[code]}`,
    { cause: error, status, azureCode, requestId, correlationId: error.cause?.correlationId },
  );
}

function parts(known: {
  status: number | undefined;
  azureCode: string | undefined;
  requestId: string | undefined;
}): string {
  const texts = [
    known.status && `HTTP ${known.status}`,
    known.azureCode,
    known.requestId && `request ${known.requestId}`,
  ].filter(Boolean);
  return texts.length === 0 ? "" : ` (${texts.join(", ")})`;
}

/** Whether the last answer says that an operation came to a bad end. */
function hasFailed({ body }: Trace): boolean {
  const { status, error } = (parse(body) ?? {}) as { status?: unknown; error?: unknown };
  return typeof error === "object" || /fail|cancel/i.test(String(status ?? ""));
}

/** The innermost code and message of ARM's shape: `{ error: { code, message, details } }`, with or without `error`. */
function toldIn(body: unknown): { code?: string; message?: string } | undefined {
  const outer = (body as { error?: unknown } | undefined)?.error ?? body;
  if (typeof outer !== "object" || outer === null) return undefined;
  const { code, message, details } = outer as Record<string, unknown>;
  if (typeof code !== "string" || typeof message !== "string") return undefined;
  const causes = (Array.isArray(details) ? details : [])
    .map((cause: { message?: unknown } | null) => cause?.message)
    .filter((text) => typeof text === "string" && text !== message);
  return { code, message: [message, ...causes].join(" ") };
}

function codeOf(
  status: number | undefined,
  azureCode = "",
  words = "",
  isOperation = false,
): AzureErrorCode {
  if (/quota/i.test(azureCode) || /exceeding approved .*quota/i.test(words))
    return "QUOTA_EXCEEDED";
  if (isOperation) return "OPERATION_FAILED";
  return status === undefined ? "NO_ANSWER" : (CODES[status] ?? "REFUSED");
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}
