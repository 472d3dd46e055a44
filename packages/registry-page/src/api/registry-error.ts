/** Why a request came to nothing. */
export type RegistryErrorCode =
  /** No answer: the network, or the registry is down. */
  | "UNREACHABLE"
  /** An answer that is not the API's. */
  | "UNREADABLE"
  /** The registry said no. */
  | "REFUSED";

/** A request that came to nothing; `message` is the registry's own where it sent one. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
  readonly code: RegistryErrorCode;
  /** The HTTP status; 0 without an answer. */
  readonly status: number;

  constructor(
    code: RegistryErrorCode,
    message: string,
    { status = 0, cause }: { status?: number; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.status = status;
  }

  /** Whether the same request may well succeed a moment later. */
  get isPassing(): boolean {
    return this.code === "UNREACHABLE" || this.status === 429 || this.status >= 502;
  }
}
