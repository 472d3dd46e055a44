/** gRPC's status codes that the API answers with. Source: google.rpc.Code. */
export const GRPC = {
  INVALID_ARGUMENT: 3,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;
export type GrpcCode = (typeof GRPC)[keyof typeof GRPC];

/** Source: grpc-gateway, `runtime.HTTPStatusFromCode`. */
const HTTP_STATUS: Record<GrpcCode, number> = {
  [GRPC.INVALID_ARGUMENT]: 400,
  [GRPC.NOT_FOUND]: 404,
  [GRPC.ALREADY_EXISTS]: 409,
  [GRPC.PERMISSION_DENIED]: 403,
  [GRPC.RESOURCE_EXHAUSTED]: 429,
  [GRPC.FAILED_PRECONDITION]: 400,
  [GRPC.ABORTED]: 409,
  [GRPC.UNIMPLEMENTED]: 501,
  [GRPC.INTERNAL]: 500,
  [GRPC.UNAVAILABLE]: 503,
  [GRPC.UNAUTHENTICATED]: 401,
};

/** A refusal: becomes the answer's status and its body. */
export class GrpcError extends Error {
  override readonly name = "GrpcError";
  readonly code: GrpcCode;

  constructor(code: GrpcCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  get statusCode(): number {
    return HTTP_STATUS[this.code];
  }
}

/** A value of the request will not do. */
export function invalid(message: string): GrpcError {
  return new GrpcError(GRPC.INVALID_ARGUMENT, message);
}

/** What the request names is not there. */
export function notFound(message: string): GrpcError {
  return new GrpcError(GRPC.NOT_FOUND, message);
}

/** What the request would make is there already. */
export function alreadyExists(message: string, cause?: unknown): GrpcError {
  return new GrpcError(GRPC.ALREADY_EXISTS, message, { cause });
}

/** The state of the store does not allow what the request asks. */
export function refused(message: string): GrpcError {
  return new GrpcError(GRPC.FAILED_PRECONDITION, message);
}

/** The principal may not do this. */
export function denied(message: string): GrpcError {
  return new GrpcError(GRPC.PERMISSION_DENIED, message);
}

/** Nobody, or nobody who is still trusted, signed the request. */
export function unauthenticated(message: string): GrpcError {
  return new GrpcError(GRPC.UNAUTHENTICATED, message);
}

/** Someone asks too often. */
export function tooMany(limit: string): GrpcError {
  return new GrpcError(GRPC.RESOURCE_EXHAUSTED, `more than ${limit}: slow down and try again`);
}
