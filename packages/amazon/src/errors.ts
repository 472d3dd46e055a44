/** What went wrong with EC2, in a form a program can branch on. */
export type AmazonErrorCode =
  /** EC2 refused a call; `awsCode` holds its own code. */
  | "REFUSED"
  /** A call was throttled for as long as it was retried. */
  | "THROTTLED"
  /** No whole answer came, or not in time; what was asked for may have been done. */
  | "NO_ANSWER"
  /** There are no credentials, or they could not be read. */
  | "NO_CREDENTIALS"
  /** No region is named anywhere. */
  | "NO_REGION"
  /** The account has no such region. */
  | "REGION_UNKNOWN"
  /** An image of the name exists already. */
  | "NAME_TAKEN"
  /** There is no source image, or it cannot be used. */
  | "SOURCE_NOT_FOUND"
  /** Several images could be the source. */
  | "SOURCE_AMBIGUOUS"
  /** A network, subnet or security group was not found, or is not the only one. */
  | "NETWORK_NOT_FOUND"
  /** The instance went away, or into a state that it should not be in. */
  | "INSTANCE_FAILED"
  /** EC2 could not make the image. */
  | "IMAGE_FAILED"
  /** EC2 could not make a snapshot. */
  | "SNAPSHOT_FAILED"
  /** The image could not be copied to a region. */
  | "COPY_FAILED"
  /** Something took longer than it may. */
  | "TIMED_OUT"
  /** There is no way to reach the instance. */
  | "NOT_REACHABLE"
  /** A text holds a template expression that is not known. */
  | "BAD_TEMPLATE"
  /** An artifact could not be removed in full. */
  | "DESTROY_FAILED";

/** Every error that this package raises by itself; `cause` holds what led to it, where something did. */
export class AmazonError extends Error {
  override readonly name = "AmazonError";
  readonly code: AmazonErrorCode;
  /** EC2's own code, such as `InvalidAMIID.NotFound`, where it answered one. */
  readonly awsCode: string | undefined;
  /** The id by which AWS's support finds the request, where there was an answer. */
  readonly requestId: string | undefined;

  constructor(
    code: AmazonErrorCode,
    message: string,
    options?: ErrorOptions & { awsCode?: string | undefined; requestId?: string | undefined },
  ) {
    super(message, options);
    this.code = code;
    this.awsCode = options?.awsCode;
    this.requestId = options?.requestId;
  }
}

/** The parts of the SDK's errors that matter here. */
interface SdkError {
  name?: string;
  message?: string;
  code?: string;
  $metadata?: { requestId?: string; httpStatusCode?: number; attempts?: number };
}

/** What to do about some of EC2's refusals. */
const CURES: Readonly<Record<string, string>> = {
  AuthFailure:
    "check access_key, secret_key and token, and that the account has the region that region names",
  UnauthorizedOperation: "allow the action to whom the credentials belong",
  OptInRequired: "enable the region for the account",
  VPCIdNotSpecified: "the region has no default VPC: name a subnet with subnet_id",
  InsufficientInstanceCapacity: "try another availability_zone or instance_type",
  InstanceLimitExceeded: "terminate instances, or ask AWS for a higher limit",
  VcpuLimitExceeded: "terminate instances, or ask AWS for a higher limit",
  RequestLimitExceeded: "build fewer things at once, or raise max_retries",
};

const THROTTLING: ReadonlySet<string> = new Set([
  "RequestLimitExceeded",
  "Throttling",
  "ThrottlingException",
  "EC2ThrottledException",
  "SlowDown",
]);

/** Errors of the SDK that tell that there are no credentials, or none that can be read. */
const CREDENTIALS: ReadonlySet<string> = new Set([
  "CredentialsProviderError",
  "TokenProviderError",
  "ExpiredTokenException",
]);

/**
 * Turns whatever the SDK threw into an {@link AmazonError}; one that is such an error already is answered as it is.
 *
 * @param action The API's action, such as `RunInstances`.
 * @param where Where it was asked for: a region, and the endpoint where that is the template's.
 */
export function toAmazonError(action: string, where: string, thrown: unknown): AmazonError {
  if (thrown instanceof AmazonError) return thrown;
  const error = (thrown ?? {}) as SdkError;
  const { name = "", message = String(thrown), $metadata: metadata = {} } = error;
  const what = `${action} in ${where} failed`;
  if (CREDENTIALS.has(name)) {
    return new AmazonError(
      "NO_CREDENTIALS",
      `${what}: there are no credentials that can be used (${message}): give access_key and secret_key, or profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`,
      { cause: thrown },
    );
  }
  if (metadata.httpStatusCode === undefined || metadata.requestId === undefined) {
    return new AmazonError(
      "NO_ANSWER",
      `${what}: no whole answer came (${message}); check the network, region and custom_endpoint_ec2`,
      { cause: thrown },
    );
  }
  const { requestId, attempts = 1 } = metadata;
  const cure = CURES[name];
  const tries = attempts > 1 ? `, ${attempts} attempts` : "";
  return new AmazonError(
    THROTTLING.has(name) ? "THROTTLED" : "REFUSED",
    `${what}: ${message} (${name}, request ${requestId}${tries})${cure === undefined ? "" : `; ${cure}`}`,
    { cause: thrown, awsCode: name, requestId },
  );
}

/** Whether EC2 says that a thing does not exist: it never did, not yet, or no more. */
export function isNotFound(error: unknown): boolean {
  const code = error instanceof AmazonError ? error.awsCode : undefined;
  return code !== undefined && /NotFound$|^InvalidAMIID\.Unavailable$/.test(code);
}

/**
 * Whether a call may have done what it was asked for although it failed: its answer was lost, or that of an earlier
 * attempt.
 */
export function isUncertain(error: unknown): boolean {
  if (!(error instanceof AmazonError)) return true;
  const { attempts = 1, httpStatusCode = 500 } = (error.cause as SdkError)?.$metadata ?? {};
  return attempts > 1 || (httpStatusCode >= 500 && error.code !== "THROTTLED");
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
