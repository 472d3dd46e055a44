import { messageOf } from "./errors.ts";
import { DrizzleQueryError } from "./storage/drizzle.ts";

/** What a log and a terminal show of something that was thrown. */
export interface Failure {
  type: string;
  message: string;
  code?: string;
  /** Where it was thrown, without its message. */
  stack: string;
  cause?: Failure;
}

/** A failure without the values of a query, among which are hashes of secrets and what clients sent. */
export function describeFailure(error: unknown, depth = 0): Failure {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error), stack: "" };
  const { code } = error as { code?: unknown };
  const message =
    error instanceof DrizzleQueryError ? `the query failed: ${error.query}` : messageOf(error);
  const frames = error.stack?.split("\n").filter((line) => /^\s+at /.test(line)) ?? [];
  return {
    type: error.constructor.name,
    message,
    ...(typeof code === "string" ? { code } : {}),
    stack: frames.join("\n"),
    ...(error.cause === undefined || depth === 4
      ? {}
      : { cause: describeFailure(error.cause, depth + 1) }),
  };
}

/** One line for people: of a query that failed, why. */
export function failureLine(error: unknown): string {
  return error instanceof DrizzleQueryError ? messageOf(error.cause ?? "") : messageOf(error);
}
