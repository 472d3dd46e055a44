import { LIMITS } from "../api/index.ts";

/**
 * Says what PostgreSQL could not store of a value out of a request: text with NUL or with half a surrogate pair, and
 * JSON that is nested too deep. `undefined` where nothing is wrong.
 */
export function storageProblem(value: unknown, depth = 0): string | undefined {
  if (typeof value === "string") {
    if (value.includes("\0")) return "a text holds the character NUL: remove it";
    return value.isWellFormed() ? undefined : "a text is no valid Unicode: send it as UTF-8";
  }
  if (typeof value !== "object" || value === null) return undefined;
  if (depth >= LIMITS.depth) return `it is nested over ${LIMITS.depth} deep: make it flatter`;
  for (const [key, part] of Object.entries(value)) {
    const problem = storageProblem(key) ?? storageProblem(part, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
