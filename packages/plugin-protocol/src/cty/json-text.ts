import { CtyError } from "./errors.ts";
import { type CtyLimits, checkCount, checkDepth, checkSize } from "./limits.ts";

/** A number in JSON, as it was written: a double may not hold it. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * Parses JSON within limits, with every number as a {@link JsonNumber}.
 *
 * @throws {CtyError} `LIMIT_EXCEEDED`, before anything is built; `INVALID_JSON`. What `JSON.parse` throws is not the
 * `cause`, because its message quotes the text, which may be secret.
 */
export function parseJson(source: Uint8Array | string, limits: CtyLimits): unknown {
  checkSize(source.length, limits);
  const text = typeof source === "string" ? source : decodeText(source);
  checkShape(text, limits);
  try {
    return JSON.parse(text, keepNumbers);
  } catch {
    throw new CtyError("INVALID_JSON", undefined, "not JSON");
  }
}

function decodeText(source: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(source);
  } catch (cause) {
    throw new CtyError("INVALID_JSON", undefined, "not JSON: not UTF-8", { cause });
  }
}

function keepNumbers(_key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === "number" ? new JsonNumber(context?.source ?? String(value)) : value;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN = [0x5b, 0x7b];
const CLOSE = [0x5d, 0x7d];

/** Counts values and levels; every value but the first follows a comma or an opening bracket. */
function checkShape(text: string, limits: CtyLimits): void {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
    } else if (OPEN.includes(code)) {
      values++;
      depth++;
      checkDepth(depth, limits);
    } else if (CLOSE.includes(code)) {
      depth--;
    } else if (code === COMMA) {
      values++;
    }
  }
  checkCount(values, limits);
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === BACKSLASH) first--;
  return (at - first) % 2 === 1;
}
