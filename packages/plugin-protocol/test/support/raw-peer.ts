import type { Duplex } from "node:stream";
import { encodeHeader, type FrameHeader } from "../../src/yamux/frame.ts";
import { FrameReader } from "../../src/yamux/frame-reader.ts";

/** A frame as a {@link RawPeer} saw it. */
export interface SeenFrame extends FrameHeader {
  payload: Buffer;
}

/** The other end of a session, frame by frame: keeps to no rule, answers nothing by itself. */
export class RawPeer {
  readonly frames: SeenFrame[] = [];
  readonly #transport: Duplex;
  #wake = Promise.withResolvers<void>();

  constructor(transport: Duplex) {
    this.#transport = transport;
    let payload: Buffer[] = [];
    const reader = new FrameReader({
      header() {
        payload = [];
      },
      payload: (piece) => payload.push(piece),
      end: (header) => {
        this.frames.push({ ...header, payload: Buffer.concat(payload) });
        this.#wake.resolve();
        this.#wake = Promise.withResolvers();
      },
    });
    transport.on("data", (chunk) => reader.feed(chunk)).on("error", () => {});
  }

  send(type: number, flags: number, streamId: number, length: number, payload?: Uint8Array): void {
    const header = encodeHeader(type, flags, streamId, length);
    this.#transport.write(payload === undefined ? header : Buffer.concat([header, payload]));
  }

  /** Settles once enough has been seen. */
  async until(enough: (frames: readonly SeenFrame[]) => boolean): Promise<void> {
    while (!enough(this.frames)) await this.#wake.promise;
  }

  /** The bytes of all data frames of a stream so far. */
  received(streamId: number): Buffer {
    const ofStream = this.frames.filter((frame) => frame.type === 0 && frame.streamId === streamId);
    return Buffer.concat(ofStream.map(({ payload }) => payload));
  }
}
