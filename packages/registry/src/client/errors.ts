/** What went wrong between a client and a registry, in a form a program can branch on. */
export type RegistryClientErrorCode =
  /** An option or a variable of the environment has a value that will not do. */
  | "BAD_OPTION"
  /** The registry, or the server that grants its tokens, could not be reached; it was tried several times. */
  | "UNREACHABLE"
  /** The credentials are wrong, or were revoked. */
  | "UNAUTHENTICATED"
  /** The principal may not do this, or belongs to another project. */
  | "DENIED"
  /** What was asked for is not there. */
  | "NOT_FOUND"
  /** The registry refused the request; `grpcCode` says why. */
  | "REFUSED"
  /** The server answered with something that is not of the API. */
  | "BAD_ANSWER"
  /** The fingerprint's version is complete: it takes nothing more. */
  | "VERSION_COMPLETE"
  /** The version that was found is revoked and must not be built on. */
  | "REVOKED"
  /** The artifact has no images that a registry can store. */
  | "NO_IMAGES"
  /** A build failed; `cause` is what it threw. The registry knows that it failed. */
  | "BUILD_FAILED"
  /** The signal was aborted. The registry knows that the build was cancelled. */
  | "CANCELLED";

/** Every error that the client raises by itself. */
export class RegistryClientError extends Error {
  override readonly name = "RegistryClientError";
  readonly code: RegistryClientErrorCode;
  /** The gRPC status code of the registry's answer, where there was one. */
  readonly grpcCode: number | undefined;

  constructor(
    code: RegistryClientErrorCode,
    message: string,
    options?: ErrorOptions & { grpcCode?: number },
  ) {
    super(message, options);
    this.code = code;
    this.grpcCode = options?.grpcCode;
  }
}
