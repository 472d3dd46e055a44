import { decodeHeader, type FrameHeader, FrameType, HEADER_SIZE } from "./frame.ts";

/** Takes frames as they arrive. Whatever it throws leaves {@link FrameReader.feed}. */
export interface FrameHandler {
  /** A frame begins; all that is known of its payload is its length. */
  header(header: FrameHeader): void;
  /** The next part of a data frame's payload, as a view of the chunk that was fed. */
  payload(piece: Buffer): void;
  /** The frame is complete. */
  end(header: FrameHeader): void;
}

/**
 * Cuts a byte stream into yamux frames, however the bytes were split or joined on their way. Holds no payload:
 * at most eleven bytes of a header wait here.
 */
export class FrameReader {
  readonly #handler: FrameHandler;
  readonly #partialHeader = Buffer.alloc(HEADER_SIZE);
  #partialSize = 0;
  #current: FrameHeader | undefined;
  #payloadLeft = 0;

  constructor(handler: FrameHandler) {
    this.#handler = handler;
  }

  /** Takes the next bytes. After a throw the reader must not be fed again. */
  feed(chunk: Buffer): void {
    let offset = 0;
    while (offset < chunk.length) {
      offset =
        this.#current === undefined
          ? this.#readHeader(chunk, offset)
          : this.#readPayload(this.#current, chunk, offset);
    }
  }

  #readHeader(chunk: Buffer, offset: number): number {
    if (this.#partialSize === 0 && chunk.length - offset >= HEADER_SIZE) {
      this.#begin(decodeHeader(chunk, offset));
      return offset + HEADER_SIZE;
    }
    const copied = chunk.copy(this.#partialHeader, this.#partialSize, offset);
    this.#partialSize += copied;
    if (this.#partialSize === HEADER_SIZE) {
      this.#partialSize = 0;
      this.#begin(decodeHeader(this.#partialHeader, 0));
    }
    return offset + copied;
  }

  #begin(header: FrameHeader): void {
    this.#handler.header(header);
    if (header.type === FrameType.data && header.length > 0) {
      this.#current = header;
      this.#payloadLeft = header.length;
    } else {
      this.#handler.end(header);
    }
  }

  #readPayload(header: FrameHeader, chunk: Buffer, offset: number): number {
    const end = Math.min(chunk.length, offset + this.#payloadLeft);
    this.#payloadLeft -= end - offset;
    this.#handler.payload(
      offset === 0 && end === chunk.length ? chunk : chunk.subarray(offset, end),
    );
    if (this.#payloadLeft === 0) {
      this.#current = undefined;
      this.#handler.end(header);
    }
    return end;
  }
}
