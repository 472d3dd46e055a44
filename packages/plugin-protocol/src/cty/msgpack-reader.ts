import { CtyError } from "./errors.ts";

/**
 * Reads msgpack piece by piece, never more than asked for: the reader's user knows what must come next. Nothing is
 * allocated on the word of a length; integers of 64 bits are exact.
 *
 * Source: https://github.com/msgpack/msgpack/blob/master/spec.md
 */
export class MsgpackReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** The code of the next piece, which stays to be read. */
  peek(): number {
    const code = this.#bytes[this.#at];
    if (code === undefined) throw this.#cutOff();
    return code;
  }

  /** Whether the next piece is nil, which is then read. */
  skipNil(): boolean {
    const isNil = this.peek() === 0xc0;
    if (isNil) this.#at++;
    return isNil;
  }

  bool(): boolean | undefined {
    const code = this.peek();
    if (code !== 0xc2 && code !== 0xc3) return undefined;
    this.#at++;
    return code === 0xc3;
  }

  /** An integer or a floating-point number; undefined where the next piece is neither. */
  number(): bigint | number | undefined {
    const code = this.peek();
    if (code < 0x80) return BigInt(this.#unsigned(1));
    if (code >= 0xe0) return BigInt(this.#bytes.readInt8(this.#take(1)));
    if (code < 0xca || code > 0xd3) return undefined;
    this.#at++;
    switch (code) {
      case 0xca:
        return this.#bytes.readFloatBE(this.#take(4));
      case 0xcb:
        return this.#bytes.readDoubleBE(this.#take(8));
      case 0xcf:
        return this.#bytes.readBigUInt64BE(this.#take(8));
      case 0xd3:
        return this.#bytes.readBigInt64BE(this.#take(8));
      default: {
        const size = 2 ** ((code - 0xcc) % 4);
        return BigInt(
          code < 0xd0 ? this.#unsigned(size) : this.#bytes.readIntBE(this.#take(size), size),
        );
      }
    }
  }

  /** Text, or bytes, which Go takes for text just as well; undefined where the next piece is neither. */
  string(): string | undefined {
    const bytes = this.bytes();
    if (bytes === undefined) return undefined;
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch (cause) {
      throw new CtyError("INVALID_MSGPACK", undefined, `text is not UTF-8 ${this.#place()}`, {
        cause,
      });
    }
  }

  /** Bytes, or the bytes of a text; undefined where the next piece is neither. */
  bytes(): Uint8Array | undefined {
    const code = this.peek();
    const size = this.#size(code, 0xa0, 0x1f, [0xc4, 0xc5, 0xc6], [0xd9, 0xda, 0xdb]);
    if (size === undefined) return undefined;
    const start = this.#take(size);
    return this.#bytes.subarray(start, start + size);
  }

  /** How many elements follow; undefined where the next piece is not an array. */
  arrayHeader(): number | undefined {
    return this.#count(this.#size(this.peek(), 0x90, 0x0f, [undefined, 0xdc, 0xdd]));
  }

  /** How many keys, each with a value, follow; undefined where the next piece is not a map. */
  mapHeader(): number | undefined {
    return this.#count(this.#size(this.peek(), 0x80, 0x0f, [undefined, 0xde, 0xdf]));
  }

  /** An extension; undefined where the next piece is none. */
  extension(): { type: number; body: Uint8Array } | undefined {
    const code = this.peek();
    let size: number | undefined;
    if (code >= 0xd4 && code <= 0xd8) {
      this.#at++;
      size = 2 ** (code - 0xd4);
    } else {
      size = this.#size(code, 0x100, 0, [0xc7, 0xc8, 0xc9]);
    }
    if (size === undefined) return undefined;
    const type = this.#bytes.readInt8(this.#take(1));
    const start = this.#take(size);
    return { type, body: this.#bytes.subarray(start, start + size) };
  }

  /** The size that a code and what follows it declare; `families` are codes with sizes of 1, 2 and 4 bytes. */
  #size(
    code: number,
    fixed: number,
    mask: number,
    ...families: (number | undefined)[][]
  ): number | undefined {
    if (code >= fixed && code <= (fixed | mask)) {
      this.#at++;
      return code & mask;
    }
    for (const family of families) {
      const width = family.indexOf(code);
      if (width === -1) continue;
      this.#at++;
      return this.#unsigned(2 ** width);
    }
    return undefined;
  }

  /** Refuses more elements than there are bytes. */
  #count(length: number | undefined): number | undefined {
    if (length !== undefined && length > this.left) throw this.#cutOff();
    return length;
  }

  #unsigned(size: number): number {
    return this.#bytes.readUIntBE(this.#take(size), size);
  }

  /** Moves over `size` bytes; answers where they start. */
  #take(size: number): number {
    if (size > this.left) throw this.#cutOff();
    const start = this.#at;
    this.#at += size;
    return start;
  }

  #cutOff(): CtyError {
    return new CtyError("INVALID_MSGPACK", undefined, `msgpack is cut off ${this.#place()}`);
  }

  #place(): string {
    return `at byte ${this.#at} of ${this.#bytes.length}`;
  }
}
