/** What went wrong with a stand-in itself, in a form a program can branch on. */
export type CloudSimErrorCode =
  /** Another program already listens on the chosen port. */
  | "PORT_TAKEN"
  /** The stand-in could not listen for another reason. */
  | "LISTEN_FAILED"
  /** An option or a fault is not of the documented form. */
  | "BAD_OPTION";

/** Every error that a stand-in raises in the process that started it; `cause` holds what led to it. */
export class CloudSimError extends Error {
  override readonly name = "CloudSimError";
  readonly code: CloudSimErrorCode;

  constructor(code: CloudSimErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A refusal that a stand-in answers over its wire, in the provider's own shape. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** The HTTP status. */
  readonly status: number;
  /** The provider's own code, where its error shape has one. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
