/** What went wrong in the registry's server, command or storage, in a form a program can branch on. */
export type RegistryErrorCode =
  /** An option, a flag or a variable of the environment has a value that will not do. */
  | "BAD_OPTION"
  /** The port is in use. */
  | "PORT_TAKEN"
  /** Another process has the folder of the store open. */
  | "STORE_IN_USE"
  /** The store cannot be reached or read. */
  | "STORE_FAILED"
  /** The store was written by a newer version of this package. */
  | "STORE_TOO_NEW"
  /** What was asked for is not there. */
  | "NOT_FOUND"
  /** What was to be made is there already. */
  | "ALREADY_EXISTS"
  /** A backup cannot be read, or does not end where it should. */
  | "BAD_BACKUP";

/** Every error that the registry raises by itself outside of an answer to a request. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
  readonly code: RegistryErrorCode;

  constructor(code: RegistryErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
