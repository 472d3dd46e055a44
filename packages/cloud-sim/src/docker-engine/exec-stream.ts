import { type Duplex, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** The largest frame, in bytes, as the engine's own. */
const MAX_FRAME = 32 * 1024;

/** The most that a command can be given as its input, in bytes. */
export const MAX_STDIN_BYTES = 64 * 1024 * 1024;

const SILENCE_MS = 1000;

/** One frame of a multiplexed stream: the stream's number, three zeros, the length, the bytes. */
export function frame(stream: 1 | 2, bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(bytes.byteLength, 4);
  return Buffer.concat([header, bytes]);
}

/** What a command wrote, in frames; at a terminal, raw and with its line ends. */
export function outputStream(
  output: { stdout: Uint8Array; stderr: Uint8Array },
  tty: boolean,
): Readable {
  return Readable.from(outputChunks(output, tty), { objectMode: false });
}

function* outputChunks(
  output: { stdout: Uint8Array; stderr: Uint8Array },
  tty: boolean,
): Generator<Buffer> {
  for (const [stream, bytes] of [
    [1, output.stdout],
    [2, output.stderr],
  ] as const) {
    for (let start = 0; start < bytes.byteLength; start += MAX_FRAME) {
      const part = bytes.subarray(start, start + MAX_FRAME);
      yield tty ? withCarriageReturns(part) : frame(stream, part);
    }
  }
}

function withCarriageReturns(bytes: Uint8Array): Buffer {
  return Buffer.from(Buffer.from(bytes).toString("latin1").replace(/\r?\n/g, "\r\n"), "latin1");
}

/**
 * Reads a command's input to its end; where there is more than is taken, the connection
 * is closed. A client that attaches its input
 * and then neither sends anything nor closes it for a second is taken to have none.
 */
export async function readInput(connection: Duplex): Promise<Buffer> {
  const input = connection.iterator({ destroyOnReturn: false });
  const silence = sleep(SILENCE_MS, { done: true, value: undefined } as const, { ref: false });
  const chunks: Buffer[] = [];
  let size = 0;
  let next: IteratorResult<Buffer> = await Promise.race([input.next(), silence]);
  while (!next.done) {
    size += next.value.length;
    if (size > MAX_STDIN_BYTES) {
      connection.destroy();
      break;
    }
    chunks.push(next.value);
    next = await input.next();
  }
  return Buffer.concat(chunks);
}

/** Sends all of a stream and ends the connection. */
export async function sendOutput(output: Readable, connection: Duplex): Promise<void> {
  await pipeline(output, connection);
}
