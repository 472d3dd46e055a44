import { ProtocolError } from "../errors.ts";
import type { MessageLimits } from "./limits.ts";

/** What follows the first byte of a value: how many bytes of length, of content, and how many values inside. */
interface Shape {
  lengthBytes: number;
  /** Bytes of content; where `lengthBytes` is not 0, in addition to the length that is read. */
  contentBytes: number;
  /** Values inside per unit of length: 0 for what has none, 1 for a list, 2 for a map. */
  valuesPerUnit: 0 | 1 | 2;
  /** For a list or map without length bytes: how many values. */
  values: number;
}

function shape(
  lengthBytes: number,
  contentBytes: number,
  valuesPerUnit: 0 | 1 | 2 = 0,
  values = 0,
): Shape {
  return { lengthBytes, contentBytes, valuesPerUnit, values };
}

/** The first bytes from 0xc0 to 0xdf. An extension has one byte more than its length says: its type. */
const longShapes: Readonly<Record<number, Shape>> = {
  192: shape(0, 0), // nil
  194: shape(0, 0), // false
  195: shape(0, 0), // true
  196: shape(1, 0), // bin 8
  197: shape(2, 0),
  198: shape(4, 0),
  199: shape(1, 1), // ext 8
  200: shape(2, 1),
  201: shape(4, 1),
  202: shape(0, 4), // float 32
  203: shape(0, 8),
  204: shape(0, 1), // uint 8
  205: shape(0, 2),
  206: shape(0, 4),
  207: shape(0, 8),
  208: shape(0, 1), // int 8
  209: shape(0, 2),
  210: shape(0, 4),
  211: shape(0, 8),
  212: shape(0, 2), // fixext 1
  213: shape(0, 3),
  214: shape(0, 5),
  215: shape(0, 9),
  216: shape(0, 17),
  217: shape(1, 0), // str 8
  218: shape(2, 0),
  219: shape(4, 0),
  220: shape(2, 0, 1), // array 16
  221: shape(4, 0, 1),
  222: shape(2, 0, 2), // map 16
  223: shape(4, 0, 2),
};

/** What each first byte of a value means; 0xc1 is never used. */
const shapes: readonly (Shape | undefined)[] = Array.from({ length: 256 }, (_, byte) => {
  if (byte < 0x80 || byte >= 0xe0) return shape(0, 0);
  if (byte < 0x90) return shape(0, 0, 2, 2 * (byte & 0x0f));
  if (byte < 0xa0) return shape(0, 0, 1, byte & 0x0f);
  if (byte < 0xc0) return shape(0, byte & 0x1f);
  return longShapes[byte];
});

/**
 * Finds where one msgpack value ends in bytes that come piece by piece, without decoding or keeping them. Enforces
 * the limits from the lengths that a value declares, before any of it has to be held.
 *
 * Source: the msgpack specification, "Formats".
 */
export class MessageScanner {
  readonly #maxBytes: number;
  readonly #maxDepth: number;
  readonly #maxValues: number;
  /** For each map or list that is open, how many values are still to come in it. */
  readonly #open: number[] = [];
  #bytes = 0;
  #values = 0;
  #shape: Shape | undefined;
  #length = 0;
  #lengthBytesLeft = 0;
  #skip = 0;

  constructor({
    maxBytes = 64 * 1024 * 1024,
    maxDepth = 512,
    maxValues = 1024 * 1024,
  }: MessageLimits = {}) {
    this.#maxBytes = maxBytes;
    this.#maxDepth = maxDepth;
    this.#maxValues = maxValues;
  }

  /**
   * Looks for the end of the value in `chunk`, from `offset` on. Answers the offset behind it, upon which the next
   * call begins a new value; or -1 where the value goes on in the next chunk.
   *
   * @throws {ProtocolError} `RPC_PROTOCOL` where the value breaks the format or a limit.
   */
  scan(chunk: Buffer, offset: number): number {
    let at = offset;
    while (at < chunk.length) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, chunk.length - at);
        this.#skip -= step;
        at += step;
      } else if (this.#lengthBytesLeft > 0) {
        this.#length = this.#length * 256 + (chunk[at++] as number);
        this.#lengthBytesLeft--;
        if (this.#lengthBytesLeft === 0) this.#enter(this.#shape as Shape);
      } else {
        this.#begin(chunk[at++] as number);
      }
      if (this.#skip === 0 && this.#lengthBytesLeft === 0 && this.#close()) return at;
    }
    return -1;
  }

  #begin(byte: number): void {
    const shape = shapes[byte];
    if (shape === undefined) throw violation(`byte 0x${byte.toString(16)} begins no value`);
    this.#declare(1, 1);
    this.#shape = shape;
    this.#length = 0;
    this.#lengthBytesLeft = shape.lengthBytes;
    this.#bytes += shape.lengthBytes;
    if (shape.lengthBytes === 0) this.#enter(shape);
  }

  /** The length is known: content is skipped, a list or map is opened. */
  #enter(shape: Shape): void {
    const inside = shape.values + this.#length * shape.valuesPerUnit;
    const content = shape.contentBytes + (shape.valuesPerUnit === 0 ? this.#length : 0);
    if (this.#values + inside > this.#maxValues) {
      throw violation(`a message holds more than ${this.#maxValues} values`);
    }
    this.#declare(content, 0);
    this.#skip = content;
    this.#open.push(inside);
    if (this.#open.length > this.#maxDepth) {
      throw violation(`a message nests deeper than ${this.#maxDepth} levels`);
    }
  }

  #declare(bytes: number, values: number): void {
    this.#bytes += bytes;
    this.#values += values;
    if (this.#bytes > this.#maxBytes) {
      throw violation(`a message is larger than ${this.#maxBytes} bytes`);
    }
    if (this.#values > this.#maxValues) {
      throw violation(`a message holds more than ${this.#maxValues} values`);
    }
  }

  /** Closes what is complete. Answers whether the outermost value is. */
  #close(): boolean {
    const open = this.#open;
    while (open.at(-1) === 0) {
      open.pop();
      const outer = open.length - 1;
      if (outer >= 0) open[outer] = (open[outer] as number) - 1;
    }
    if (open.length > 0) return false;
    this.#bytes = 0;
    this.#values = 0;
    return true;
  }
}

function violation(message: string): ProtocolError {
  return new ProtocolError("RPC_PROTOCOL", `msgpack: ${message}`);
}
