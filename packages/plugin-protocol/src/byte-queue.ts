/** Pieces smaller than this are copied together, so that none keeps a large network chunk alive. */
const SMALL_PIECE = 16 * 1024;

/**
 * Bytes that wait to be read, first in, first out. However small the pieces that come in, what is held stays within
 * a small multiple of {@link ByteQueue.length}.
 */
export class ByteQueue {
  #pieces: Buffer[] = [];
  #tail: Buffer | undefined;
  #tailSize = 0;
  /** How many bytes wait here. */
  length = 0;

  /** Adds a piece at the end. The piece itself may be kept: the caller must not write to it any more. */
  push(piece: Buffer): void {
    this.length += piece.length;
    if (piece.length >= SMALL_PIECE) {
      this.#closeTail();
      this.#pieces.push(piece);
      return;
    }
    let offset = 0;
    while (offset < piece.length) {
      if (this.#tail === undefined) this.#tail = Buffer.allocUnsafeSlow(this.#nextTailSize(piece));
      const copied = piece.copy(this.#tail, this.#tailSize, offset);
      offset += copied;
      this.#tailSize += copied;
      if (this.#tailSize === this.#tail.length) this.#closeTail();
    }
  }

  /** The bytes at the front, as many as lie in one piece; `undefined` where none are left. */
  shift(): Buffer | undefined {
    if (this.#pieces.length === 0) this.#closeTail();
    const piece = this.#pieces.shift();
    if (piece !== undefined) this.length -= piece.length;
    return piece;
  }

  /** Takes everything out as one piece. */
  takeAll(): Buffer {
    this.#closeTail();
    const pieces = this.#pieces;
    this.clear();
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
  }

  /** Forgets everything. */
  clear(): void {
    this.#pieces = [];
    this.#tail = undefined;
    this.#tailSize = 0;
    this.length = 0;
  }

  /** Small queues get small tails: the first holds 1 KiB, later ones up to {@link SMALL_PIECE}. */
  #nextTailSize(piece: Buffer): number {
    return Math.min(SMALL_PIECE, Math.max(1024, piece.length, this.length));
  }

  #closeTail(): void {
    if (this.#tail !== undefined && this.#tailSize > 0) {
      this.#pieces.push(this.#tail.subarray(0, this.#tailSize));
    }
    this.#tail = undefined;
    this.#tailSize = 0;
  }
}
