/** How much a log line matters. Source: the levels that Packer's own log is filtered by. */
export type LogLevel = "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR";

const MASK = "<sensitive>";

/** Texts that must not show, longest first, so that one that contains another is masked whole. */
let secrets: readonly string[] = [];

/** From now on masks these texts wherever this process logs; empty ones count for nothing. */
export function maskInLog(texts: readonly string[]): void {
  secrets = [...new Set([...secrets, ...texts])]
    .filter((text) => text !== "")
    .toSorted((a, b) => b.length - a.length);
}

/** The text with everything masked that {@link maskInLog} was given. */
export function masked(text: string): string {
  return secrets.reduce((result, secret) => result.replaceAll(secret, MASK), text);
}

/**
 * Writes to stderr, which Packer shows under PACKER_LOG, in the form of Go's `log` package: date, time and level before
 * each line. Sensitive values are masked.
 */
export function log(level: LogLevel, message: string): void {
  const time = new Date().toISOString().slice(0, 19).replaceAll("-", "/").replace("T", " ");
  for (const line of masked(message).split("\n")) {
    process.stderr.write(`${time} [${level}] ${line}\n`);
  }
}
