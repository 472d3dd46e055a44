/** A spec that is not one, or cannot be sent. The message names the place in it, such as `disk.size`. */
export class HclSpecError extends Error {
  override readonly name: string = "HclSpecError";
  readonly code = "INVALID_HCL_SPEC";

  constructor(path: readonly string[], problem: string, options?: ErrorOptions) {
    super(`HCL2 spec${path.length === 0 ? "" : ` at ${path.join(".")}`}: ${problem}`, options);
  }
}
