import { createInterface } from "node:readline/promises";
import type { Ui } from "@packerkit/plugin-protocol";

/** A {@link Ui} that writes Packer-like lines, each behind the build's name, to a stream (default: stderr). */
export function consoleUi(buildName: string, output: NodeJS.WritableStream = process.stderr): Ui {
  const prefix = buildName === "" ? "==> " : `==> ${buildName}: `;
  const write = (text: string) => {
    for (const line of text.split("\n")) output.write(`${prefix}${line}\n`);
  };
  return {
    say: write,
    error: (message) => write(`Error: ${message}`),
    machine: (category, ...values) => write([category, ...values].join(",")),
    async ask(question) {
      const lines = createInterface({ input: process.stdin, output });
      try {
        return await lines.question(`${prefix}${question} `);
      } finally {
        lines.close();
      }
    },
    trackProgress(source, currentSize, totalSize) {
      let done = currentSize;
      let closed = false;
      return {
        advance(bytes) {
          done += bytes;
        },
        close() {
          if (closed) return;
          closed = true;
          write(
            totalSize > 0 ? `${source}: ${done} of ${totalSize} bytes` : `${source}: ${done} bytes`,
          );
        },
      };
    },
  };
}
