/** What went wrong with vSphere, in a form a program can branch on. */
export type VSphereErrorCode =
  /** No whole answer came from vCenter or from a host. */
  | "CONNECTION_LOST"
  /** The server shows a certificate that this machine does not trust. */
  | "CERTIFICATE_NOT_TRUSTED"
  /** vCenter knows no such user with that password. */
  | "LOGIN_REFUSED"
  /** vSphere refused a call, or a task ended in a fault; `fault` names it. */
  | "FAULT"
  /** The answer is not of the form that the API promises. */
  | "BAD_ANSWER"
  /** Something named in the settings does not exist. */
  | "NOT_FOUND"
  /** A name in the settings, or a setting left out, fits several objects. */
  | "AMBIGUOUS"
  /** Something has the name already that the build is to give. */
  | "NAME_TAKEN"
  /** What was found cannot be used in the way that the settings ask. */
  | "UNSUITABLE"
  /** Something did not happen in the time that the settings allow. */
  | "TIMED_OUT"
  /** A downloaded file is not the one that the checksum tells of. */
  | "CHECKSUM_MISMATCH"
  /** A file of this machine could not be read or written, or one could not be downloaded. */
  | "FILE_FAILED"
  /** An artifact could not be removed whole; the message names what is left. */
  | "DESTROY_FAILED";

export interface VSphereErrorOptions extends ErrorOptions {
  /** vSphere's own name of the fault, such as `DuplicateName`. */
  fault?: string | undefined;
}

/** Every error that this package raises by itself; `cause` holds what led to it. */
export class VSphereError extends Error {
  override readonly name = "VSphereError";
  readonly code: VSphereErrorCode;
  /** vSphere's own name of the fault, such as `DuplicateName`, where there is one. */
  readonly fault: string | undefined;

  constructor(code: VSphereErrorCode, message: string, options: VSphereErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.fault = options.fault;
  }
}

/** Tells whether vSphere refused something with one of these faults. */
export function isFault(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof VSphereError && error.fault !== undefined && names.includes(error.fault);
}
