/** What is wrong with a cty value, in a form a program can branch on. */
export type CtyErrorCode =
  /** Not JSON, or not JSON of the form that cty uses. */
  | "INVALID_JSON"
  /** Not msgpack, cut off, or not of the form that cty uses. */
  | "INVALID_MSGPACK"
  /** The description of a type is not one of cty's. */
  | "INVALID_TYPE"
  /** A value does not fit the type that it should have. */
  | "TYPE_MISMATCH"
  /** A number is malformed, or too long to be handled. */
  | "INVALID_NUMBER"
  /** A value is not known yet, where only a known one will do. */
  | "UNKNOWN_VALUE"
  /** The input is larger, deeper or has more values than is allowed. */
  | "LIMIT_EXCEEDED";

/** Where in a value something is: a chain of attribute names, keys and indices, innermost first. */
export interface CtyPath {
  readonly step: string | number;
  readonly parent: CtyPath | undefined;
}

/** Something is wrong with a cty value. The message names the place and the types, never the value: it may be secret. */
export class CtyError extends Error {
  override readonly name: string = "CtyError";
  readonly code: CtyErrorCode;
  /** Such as `disks[0].size`; empty for the whole value. */
  readonly path: string;

  constructor(
    code: CtyErrorCode,
    path: CtyPath | undefined,
    problem: string,
    options?: ErrorOptions,
  ) {
    const place = formatPath(path);
    super(place === "" ? problem : `${place}: ${problem}`, options);
    this.code = code;
    this.path = place;
  }
}

/** How deep a place is; 0 for the whole value. */
export function depthOf(path: CtyPath | undefined): number {
  let depth = 0;
  for (let at = path; at !== undefined; at = at.parent) depth++;
  return depth;
}

function formatPath(path: CtyPath | undefined): string {
  const steps: (string | number)[] = [];
  for (let at = path; at !== undefined; at = at.parent) steps.unshift(at.step);
  return steps
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`))
    .join("")
    .replace(/^\./, "");
}
