import type { Readable, Writable } from "node:stream";

/** A frame's header: the stream's number, three zeros, and the length of what follows in four bytes. */
const HEADER_BYTES = 8;

const STDERR = 2;

/**
 * Splits the output of a command without a terminal into its two streams. Bytes are passed on as they come, no
 * faster than they are taken, and never gathered.
 *
 * Source: Docker Engine API, "Attach to a container", section "Stream format".
 *
 * @throws {Error} where the source is no such stream, or breaks off within a frame; the source's own error.
 */
export async function splitOutput(
  source: Readable,
  stdout: Writable | undefined,
  stderr: Writable | undefined,
): Promise<void> {
  let header: Buffer = Buffer.alloc(0);
  let remaining = 0;
  let target: Writable | undefined;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    for (let rest = chunk; rest.length > 0; ) {
      if (remaining > 0) {
        const piece = rest.subarray(0, remaining);
        remaining -= piece.length;
        rest = rest.subarray(piece.length);
        await writeTo(target, piece);
        continue;
      }
      const missing = HEADER_BYTES - header.length;
      header = Buffer.concat([header, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      if (header.length < HEADER_BYTES) break;
      if ((header[0] as number) > STDERR) {
        throw new Error(`the command's output has a frame of the unknown stream ${header[0]}`);
      }
      target = header[0] === STDERR ? stderr : stdout;
      remaining = header.readUInt32BE(4);
      header = Buffer.alloc(0);
    }
  }
  if (remaining > 0 || header.length > 0) throw new Error("the command's output broke off");
}

/** Passes the output of a command with a terminal on; it is all one stream. */
export async function copyOutput(source: Readable, stdout: Writable | undefined): Promise<void> {
  for await (const chunk of source as AsyncIterable<Buffer>) await writeTo(stdout, chunk);
}

/** Waits until the target takes more. A target that is gone loses what comes, as a closed pipe would. */
async function writeTo(target: Writable | undefined, piece: Buffer): Promise<void> {
  if (target === undefined || !target.writable || target.write(piece)) return;
  await new Promise<void>((resolve) => {
    const events = ["drain", "close", "error"] as const;
    const done = () => {
      for (const event of events) target.off(event, done);
      resolve();
    };
    for (const event of events) target.on(event, done);
  });
}
