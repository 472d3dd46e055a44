const INITIAL_BYTES = 1024;

/**
 * Writes msgpack piece by piece, in the smallest form that holds each piece, as Go's encoder does for cty.
 *
 * Source: https://github.com/msgpack/msgpack/blob/master/spec.md
 */
export class MsgpackWriter {
  #bytes = Buffer.alloc(INITIAL_BYTES);
  #length = 0;

  /** What has been written so far. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  nil(): void {
    this.#byte(0xc0);
  }

  bool(value: boolean): void {
    this.#byte(value ? 0xc3 : 0xc2);
  }

  /** An integer between -2^63 and 2^63 - 1. */
  integer(value: bigint): void {
    if (value >= 0n) this.#unsigned(value);
    else this.#negative(value);
  }

  double(value: number): void {
    this.#byte(0xcb);
    const at = this.#grow(8);
    this.#bytes.writeDoubleBE(value, at);
  }

  string(value: string): void {
    const size = Buffer.byteLength(value);
    if (size < 32) this.#byte(0xa0 | size);
    else this.#sized(size, 0xd9, 0xda, 0xdb);
    const at = this.#grow(size);
    this.#bytes.write(value, at, "utf8");
  }

  binary(value: Uint8Array): void {
    this.#sized(value.length, 0xc4, 0xc5, 0xc6);
    this.#raw(value);
  }

  arrayHeader(length: number): void {
    if (length < 16) this.#byte(0x90 | length);
    else this.#sized(length, undefined, 0xdc, 0xdd);
  }

  mapHeader(length: number): void {
    if (length < 16) this.#byte(0x80 | length);
    else this.#sized(length, undefined, 0xde, 0xdf);
  }

  extension(type: number, body: Uint8Array): void {
    const fixed = [1, 2, 4, 8, 16].indexOf(body.length);
    if (fixed === -1) this.#sized(body.length, 0xc7, 0xc8, 0xc9);
    else this.#byte(0xd4 + fixed);
    this.#byte(type);
    this.#raw(body);
  }

  #unsigned(value: bigint): void {
    if (value < 128n) {
      this.#byte(Number(value));
    } else if (value <= 0xffff_ffffn) {
      this.#sized(Number(value), 0xcc, 0xcd, 0xce);
    } else {
      this.#byte(0xcf);
      const at = this.#grow(8);
      this.#bytes.writeBigUInt64BE(value, at);
    }
  }

  #negative(value: bigint): void {
    if (value >= -32n) {
      this.#byte(0x100 + Number(value));
    } else if (value >= -(2n ** 31n)) {
      const size = value >= -(2n ** 7n) ? 1 : value >= -(2n ** 15n) ? 2 : 4;
      this.#byte(0xd0 + Math.log2(size));
      const at = this.#grow(size);
      this.#bytes.writeIntBE(Number(value), at, size);
    } else {
      this.#byte(0xd3);
      const at = this.#grow(8);
      this.#bytes.writeBigInt64BE(value, at);
    }
  }

  /** The code for a size, or a number, that fits in one byte, two or four; then the size. */
  #sized(size: number, one: number | undefined, two: number, four: number): void {
    const width = one !== undefined && size < 0x100 ? 1 : size < 0x10000 ? 2 : 4;
    this.#byte(width === 1 ? (one as number) : width === 2 ? two : four);
    const at = this.#grow(width);
    this.#bytes.writeUIntBE(size, at, width);
  }

  #raw(bytes: Uint8Array): void {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
  }

  #byte(value: number): void {
    const at = this.#grow(1);
    this.#bytes[at] = value;
  }

  /** Makes room, possibly in a new buffer; answers where it starts. */
  #grow(size: number): number {
    const at = this.#length;
    this.#length += size;
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(this.#length, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, at);
      this.#bytes = larger;
    }
    return at;
  }
}
