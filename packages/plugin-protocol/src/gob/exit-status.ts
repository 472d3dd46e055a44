import { ProtocolError } from "../errors.ts";

/** A stream longer than this is not an exit status. */
const MAX_SIZE = 4096;

/** Defines type 64 as the struct `CommandFinished` with one field, `ExitStatus int`, as Go's encoder does. */
const TYPE_DEFINITION = Buffer.concat([
  Buffer.from([0x2b, 0x7f, 0x03, 0x01, 0x01, 0x0f]),
  Buffer.from("CommandFinished"),
  Buffer.from([0x01, 0xff, 0x80, 0x00, 0x01, 0x01, 0x01, 0x0a]),
  Buffer.from("ExitStatus"),
  Buffer.from([0x01, 0x04, 0x00, 0x00, 0x00]),
]);

/**
 * A command's exit status as Go sends it: a gob stream that holds one `CommandFinished`. Gob is used for nothing else
 * here, so this knows no other type.
 *
 * Source: `CommandFinished`, packer-plugin-sdk `rpc/communicator.go`; Go `encoding/gob/doc.go`.
 */
export function encodeExitStatus(status: number): Buffer {
  const field =
    status === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([1]), encodeInt(status)]);
  const value = Buffer.concat([Buffer.from([0xff, 0x80]), field, Buffer.from([0])]);
  return Buffer.concat([TYPE_DEFINITION, Buffer.from([value.length]), value]);
}

/**
 * Reads a whole gob stream that holds one `CommandFinished`; the number that its type has does not matter.
 *
 * @throws {ProtocolError} `RPC_PROTOCOL` where it is anything else.
 */
export function decodeExitStatus(stream: Buffer): number {
  if (stream.length > MAX_SIZE) throw violation(`it is ${stream.length} bytes long`);
  const reader = new GobReader(stream);
  for (;;) {
    const end = reader.count() + reader.offset;
    if (reader.int() < 0) {
      reader.offset = end; // a type definition
      continue;
    }
    const delta = reader.count();
    if (delta === 0) return 0;
    if (delta !== 1) throw violation(`its field ${delta} is not known`);
    const status = reader.int();
    if (reader.count() !== 0) throw violation("it has more than one field");
    return status;
  }
}

/** Numbers take one byte up to 127; others the negated count of their bytes, then the bytes. */
class GobReader {
  readonly #stream: Buffer;
  offset = 0;

  constructor(stream: Buffer) {
    this.#stream = stream;
  }

  count(): number {
    return Number(this.#unsigned());
  }

  int(): number {
    const value = this.#unsigned();
    const half = value >> 1n;
    const signed = Number((value & 1n) === 1n ? -half - 1n : half);
    if (!Number.isSafeInteger(signed)) throw violation(`it holds the number ${signed}`);
    return signed;
  }

  #unsigned(): bigint {
    const first = this.#stream[this.offset++];
    if (first === undefined) throw violation("it is cut off");
    if (first < 0x80) return BigInt(first);
    const end = this.offset + 256 - first;
    if (end - this.offset > 8) throw violation(`it holds a number of ${256 - first} bytes`);
    if (end > this.#stream.length) throw violation("it is cut off");
    let value = 0n;
    while (this.offset < end) value = value * 256n + BigInt(this.#stream[this.offset++] as number);
    return value;
  }
}

function encodeInt(value: number): Buffer {
  const wide = BigInt(value);
  const unsigned = value < 0 ? (-wide - 1n) * 2n + 1n : wide * 2n;
  if (unsigned < 0x80n) return Buffer.from([Number(unsigned)]);
  const digits = unsigned.toString(16);
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex");
  return Buffer.concat([Buffer.from([256 - bytes.length]), bytes]);
}

function violation(message: string): ProtocolError {
  return new ProtocolError("RPC_PROTOCOL", `the exit status of a command is not gob: ${message}`);
}
