/** What went wrong, in a form a program can branch on. */
export type RegistryImageErrorCode =
  /** `fromArtifact` was given `null` or `undefined`. */
  | "NO_ARTIFACT"
  /** `fromMappedData` was given something that is neither a Map nor a record. */
  | "NOT_A_MAP"
  /** The image has no usable `imageId`. */
  | "NO_IMAGE_ID"
  /** The image has no usable `providerName`. */
  | "NO_PROVIDER_NAME"
  /** A value from a state or from the wire is not an image, or a list of images. */
  | "NOT_AN_IMAGE"
  /** Labels that are no text, too long, too many, or hold control characters. */
  | "BAD_LABELS"
  /** The artifact's `state` threw instead of answering. */
  | "STATE_FAILED";

/** Every error that this package raises by itself; `cause` holds what led to it, where something did. */
export class RegistryImageError extends Error {
  override readonly name = "RegistryImageError";
  readonly code: RegistryImageErrorCode;

  constructor(code: RegistryImageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** How a value is named in an error message: its type, and the value itself where it is short. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") return JSON.stringify(value.slice(0, 80));
  if (typeof value === "number" || typeof value === "boolean") return `${typeof value} ${value}`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
