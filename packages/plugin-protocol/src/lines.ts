import type { Readable } from "node:stream";

/** The longest line that is kept whole, in characters; what exceeds it counts as the next line. */
const MAX_LINE = 64 * 1024;

/** Calls `onLine` for each line of a text stream, without its line break, and for what follows the last one. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const lines = (rest + chunk).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
    while (rest.length > MAX_LINE) {
      onLine(rest.slice(0, MAX_LINE));
      rest = rest.slice(MAX_LINE);
    }
  });
  stream.on("end", () => {
    if (rest !== "") onLine(rest);
  });
}
