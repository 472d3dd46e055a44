/** What went wrong in a plugin, in a form a program can branch on. */
export type PluginErrorCode =
  /** The template's settings do not fit the schema; `problems` lists every one of them. */
  | "INVALID_CONFIG"
  /** A step of a build failed; `cause` is what it threw. */
  | "STEP_FAILED"
  /** The build was cancelled. */
  | "CANCELLED"
  /** The schema holds something that HCL cannot express. */
  | "SCHEMA_NOT_EXPRESSIBLE"
  /** Something asked of the plugin does not exist or cannot be done. */
  | "UNSUPPORTED";

/** The base of every error that the SDK raises by itself. */
export class PluginError extends Error {
  override readonly name: string = "PluginError";
  readonly code: PluginErrorCode;

  constructor(code: PluginErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The longest text that {@link cleanText} answers whole, in characters. */
const MAX_TEXT = 2000;

/** One printable line of bounded length, made of text that another program wrote, for an error to repeat. */
export function cleanText(text: string): string {
  const printable = text.replace(/[\p{Cc}\s]+/gu, " ").trim();
  return printable.length > MAX_TEXT ? `${printable.slice(0, MAX_TEXT)}…` : printable;
}
