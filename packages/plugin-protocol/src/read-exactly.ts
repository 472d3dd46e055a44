import type { Readable } from "node:stream";
import { ProtocolError } from "./errors.ts";

/**
 * Takes the next `size` bytes off a stream and leaves the rest in it, for whoever reads next.
 *
 * @throws {ProtocolError} `SESSION_CLOSED` where the stream ends before, `TIMEOUT` where they take longer than
 * `timeout` milliseconds; the stream's own error where it fails. The stream is destroyed in each case.
 */
export function readExactly(stream: Readable, size: number, timeout: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error) => {
      clearTimeout(timer);
      stream.off("readable", take).off("end", ended).off("error", settle).off("close", ended);
      if (error !== undefined) {
        stream.destroy();
        reject(error);
      }
    };
    const take = () => {
      const bytes: Buffer | null = stream.read(size);
      if (bytes?.length !== size) return;
      settle();
      resolve(bytes);
    };
    const ended = () => {
      settle(
        new ProtocolError("SESSION_CLOSED", `the stream ended before its first ${size} bytes`),
      );
    };
    const timer = setTimeout(() => {
      const message = `the first ${size} bytes of the stream did not come within ${timeout} ms`;
      settle(new ProtocolError("TIMEOUT", message));
    }, timeout).unref();
    stream.on("readable", take).on("end", ended).on("error", settle).on("close", ended);
  });
}
