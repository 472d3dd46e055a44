import { Duplex } from "node:stream";
import { ByteQueue } from "../byte-queue.ts";
import { encodeHeader, Flag, FrameType, INITIAL_WINDOW, YamuxError } from "./frame.ts";
import type { FrameSource, FrameWriter } from "./frame-writer.ts";

/** The largest payload of one frame: small enough that streams which send at once share the line evenly. */
const MAX_PAYLOAD = 64 * 1024;

/** Payloads up to this size are copied behind their header, which is cheaper than two buffers to write. */
const INLINE_PAYLOAD = 4 * 1024;

/** What a stream needs of its session. */
export interface StreamOwner {
  readonly writer: FrameWriter;
  /** Both directions are closed, or the stream was reset: the session may forget it. */
  streamClosed(stream: YamuxStream): void;
  /** The number of bytes that wait to be read has changed by `bytes`. */
  buffered(bytes: number): void;
}

/**
 * One stream of a session, as a Node stream: `end()` closes the direction away from here and leaves the other open,
 * the readable side ends when the peer does the same, and `destroy()` resets the stream unless both have ended.
 * Writing waits while the peer grants no window; what is not read here is not granted to the peer.
 */
export class YamuxStream extends Duplex implements FrameSource {
  readonly id: number;
  readonly #owner: StreamOwner;
  #sendWindow = INITIAL_WINDOW;
  #receiveWindow = INITIAL_WINDOW;
  readonly #received = new ByteQueue();
  #wanted = false;
  #finReceived = false;
  #finSent = false;
  #detached: YamuxError | undefined;

  #outgoing: Buffer[] = [];
  #outgoingSize = 0;
  #queued = false;
  #written: ((error?: Error | null) => void) | undefined;

  constructor(id: number, owner: StreamOwner) {
    super({ readableHighWaterMark: 1, writableHighWaterMark: INITIAL_WINDOW, decodeStrings: true });
    this.id = id;
    this.#owner = owner;
    // An error that nobody listens for must not end the process: it reaches whoever reads, writes or waits.
    this.on("error", () => {});
  }

  /** How many more bytes the peer may send now. */
  get receiveWindow(): number {
    return this.#receiveWindow;
  }

  /** The session got the header of a data frame: `size` bytes of it come next. */
  expect(size: number): void {
    this.#receiveWindow -= size;
  }

  /** The session got the next bytes. They are not kept after the stream was destroyed or the peer ended it. */
  receive(piece: Buffer): void {
    if (this.destroyed || this.#finReceived) return;
    if (this.#wanted) {
      this.#wanted = this.push(piece);
    } else {
      this.#received.push(piece);
      this.#owner.buffered(piece.length);
    }
    this.#growReceiveWindow();
  }

  /** The peer will send no more. Answers `false` where it had said so before. */
  receiveEnd(): boolean {
    if (this.#finReceived) return false;
    this.#finReceived = true;
    this.#deliver();
    this.#forgetWhenClosed();
    return true;
  }

  /** The peer takes `size` more bytes. Answers `false` where that is more than the protocol can count. */
  grow(size: number): boolean {
    if (this.#sendWindow + size > 0xffffffff) return false;
    this.#sendWindow += size;
    this.#requestTurn();
    return true;
  }

  /** The stream is no longer part of its session; what was already received completely can still be read. */
  detach(error: YamuxError): void {
    this.#detached = error;
    if (!this.#finReceived || this.#written !== undefined) this.destroy(error);
  }

  writeFrame(transport: Duplex): boolean {
    this.#queued = false;
    const size = Math.min(this.#sendWindow, this.#outgoingSize, MAX_PAYLOAD);
    if (size === 0) return false;
    this.#sendWindow -= size;
    this.#outgoingSize -= size;
    const written = this.#outgoingSize === 0 ? this.#takeWritten() : undefined;
    if (size <= INLINE_PAYLOAD) {
      const frame = encodeHeader(FrameType.data, 0, this.id, size, size);
      let offset = frame.length - size;
      for (const piece of this.#takeOutgoing(size)) offset += piece.copy(frame, offset);
      transport.write(frame, written);
    } else {
      transport.write(encodeHeader(FrameType.data, 0, this.id, size));
      const pieces = this.#takeOutgoing(size);
      const last = pieces.pop() as Buffer;
      for (const piece of pieces) transport.write(piece);
      transport.write(last, written);
    }
    this.#queued = this.#outgoingSize > 0 && this.#sendWindow > 0;
    return this.#queued;
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#send([chunk], done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#send(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.#detached !== undefined) {
      done(this.#detached);
      return;
    }
    this.#finSent = true;
    this.#owner.writer.control(FrameType.windowUpdate, Flag.fin, this.id, 0);
    this.#forgetWhenClosed();
    done();
  }

  override _read(): void {
    this.#wanted = true;
    this.#deliver();
  }

  override read(size?: number): unknown {
    const piece = super.read(size);
    this.#growReceiveWindow();
    return piece;
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#owner.buffered(-this.#received.length);
    this.#received.clear();
    this.#outgoing = [];
    this.#outgoingSize = 0;
    if (this.#detached === undefined && !(this.#finSent && this.#finReceived)) {
      this.#owner.writer.control(FrameType.windowUpdate, Flag.rst, this.id, 0);
      this.#owner.streamClosed(this);
    }
    this.#takeWritten()?.(
      error ?? new YamuxError("STREAM_RESET", `stream ${this.id} was destroyed`),
    );
    done(error);
  }

  #send(pieces: Buffer[], done: (error?: Error | null) => void): void {
    if (this.#detached !== undefined) {
      done(this.#detached);
      return;
    }
    this.#outgoing = pieces;
    this.#outgoingSize = pieces.reduce((size, piece) => size + piece.length, 0);
    this.#written = done;
    if (this.#outgoingSize === 0) this.#takeWritten()?.();
    else this.#requestTurn();
  }

  #requestTurn(): void {
    if (this.#queued || this.#sendWindow === 0 || this.#outgoingSize === 0) return;
    this.#queued = true;
    this.#owner.writer.request(this);
  }

  /** What to call, once, when everything that was given to be sent is sent or lost. */
  #takeWritten(): ((error?: Error | null) => void) | undefined {
    const written = this.#written;
    this.#written = undefined;
    return written;
  }

  /** Takes out the next `size` bytes to be sent. */
  #takeOutgoing(size: number): Buffer[] {
    const taken: Buffer[] = [];
    for (let left = size; left > 0; ) {
      const piece = this.#outgoing[0] as Buffer;
      if (piece.length <= left) {
        this.#outgoing.shift();
        left -= piece.length;
        taken.push(piece);
      } else {
        this.#outgoing[0] = piece.subarray(left);
        taken.push(piece.subarray(0, left));
        left = 0;
      }
    }
    return taken;
  }

  #deliver(): void {
    while (this.#wanted) {
      const piece = this.#received.shift();
      if (piece !== undefined) {
        this.#owner.buffered(-piece.length);
        this.#wanted = this.push(piece);
      } else {
        if (this.#finReceived) {
          this.#wanted = false;
          this.push(null);
        }
        return;
      }
    }
  }

  /** Grants the peer what was read, once that is half a window. Source: `sendWindowUpdate`, yamux `stream.go`. */
  #growReceiveWindow(): void {
    const unread = this.#received.length + this.readableLength;
    const growth = INITIAL_WINDOW - unread - this.#receiveWindow;
    if (growth < INITIAL_WINDOW / 2 || this.#finReceived || this.#detached !== undefined) return;
    this.#receiveWindow += growth;
    this.#owner.writer.control(FrameType.windowUpdate, 0, this.id, growth);
  }

  #forgetWhenClosed(): void {
    if (this.#finSent && this.#finReceived) this.#owner.streamClosed(this);
  }
}
