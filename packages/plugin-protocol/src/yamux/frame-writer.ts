import type { Duplex } from "node:stream";
import { encodeHeader, YamuxError } from "./frame.ts";

/** How many bytes may wait in the transport before data frames wait here instead. */
const TRANSPORT_BACKLOG = 256 * 1024;

/** How many bytes of control frames may wait on top of that: over 80,000 of them. */
const CONTROL_BACKLOG = 1024 * 1024;

/** Something that has data frames to send, one at a time. */
export interface FrameSource {
  /** Writes one frame to the transport. Answers whether it could write another at once. */
  writeFrame(transport: Duplex): boolean;
}

/**
 * Puts frames on the transport. Control frames go out at once; sources of data frames take turns, one frame each,
 * and wait while the transport is full.
 */
export class FrameWriter {
  readonly #transport: Duplex;
  readonly #onOverflow: (error: YamuxError) => void;
  #sources: FrameSource[] = [];
  #pumping = false;

  /** `onOverflow` is called where the peer makes us answer but does not read what we answer. */
  constructor(transport: Duplex, onOverflow: (error: YamuxError) => void) {
    this.#transport = transport;
    this.#onOverflow = onOverflow;
    transport.on("drain", () => this.#pump());
  }

  /** Sends a frame without payload. Does nothing once the transport is closed. */
  control(type: number, flags: number, streamId: number, length: number): void {
    if (!this.#transport.writable) return;
    const waiting = this.#transport.writableLength;
    if (waiting > 2 * TRANSPORT_BACKLOG + CONTROL_BACKLOG) {
      const message = `the peer does not read the answers it asks for: ${waiting} bytes wait`;
      this.#onOverflow(new YamuxError("YAMUX_LIMIT", message));
    } else {
      this.#transport.write(encodeHeader(type, flags, streamId, length));
    }
  }

  /** Queues a source whose turn comes after those already queued. A source must not be queued twice at a time. */
  request(source: FrameSource): void {
    this.#sources.push(source);
    this.#pump();
  }

  /** Forgets all sources. */
  clear(): void {
    this.#sources = [];
  }

  #pump(): void {
    if (this.#pumping || this.#sources.length === 0) return;
    this.#pumping = true;
    this.#transport.cork();
    while (this.#transport.writableLength < TRANSPORT_BACKLOG) {
      const source = this.#sources.shift();
      if (source === undefined) break;
      if (source.writeFrame(this.#transport)) this.#sources.push(source);
    }
    this.#transport.uncork();
    this.#pumping = false;
  }
}
