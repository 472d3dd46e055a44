/** What went wrong over SSH, in a form a program can branch on. */
export type SshErrorCode =
  /** No connection came about in time; `cause` is why the last attempt failed. */
  | "SSH_TIMEOUT"
  /** The machine refused the user, the password or the key, as often as it was allowed to. */
  | "SSH_AUTHENTICATION_FAILED"
  /** The machine shows another host key than it did before, or than it should. */
  | "SSH_HOST_KEY_CHANGED"
  /** A key or a setting cannot be used. */
  | "SSH_BAD_SETTING"
  /** A command could not be started, or its output could not be followed. */
  | "SSH_COMMAND_FAILED"
  /** A file or folder could not be copied. */
  | "SSH_TRANSFER_FAILED"
  /** The connection was closed for good. */
  | "SSH_CLOSED";

/** Every error that this package raises by itself; `cause` holds what led to it, where something did. */
export class SshError extends Error {
  override readonly name = "SshError";
  readonly code: SshErrorCode;

  constructor(code: SshErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
