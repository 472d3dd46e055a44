import type { Duplex } from "node:stream";
import { ProtocolError } from "../errors.ts";
import { decodeHeader, type RpcHeader } from "./header.ts";
import type { MessageLimits } from "./limits.ts";
import { MessageReader } from "./message-reader.ts";
import { encodeMessage } from "./msgpack.ts";

/** Takes what arrives on a channel. */
export interface ChannelHandler {
  /** A whole message. Whatever it throws ends the channel. */
  message(header: RpcHeader, encodedBody: Buffer): void;
  /** Nothing more will arrive; called once, with the error that ended it, if one did. */
  ended(error: Error | undefined): void;
}

/** Messages, each a header and a body, over one stream, as Go's `codec.GoRpc` has them. */
export class RpcChannel {
  readonly #stream: Duplex;
  #ended = false;

  constructor(stream: Duplex, handler: ChannelHandler, limits?: MessageLimits) {
    this.#stream = stream;
    let header: RpcHeader | undefined;
    const reader = new MessageReader((encoded) => {
      if (header === undefined) {
        header = decodeHeader(encoded);
      } else {
        const complete = header;
        header = undefined;
        handler.message(complete, encoded);
      }
    }, limits);
    const end = (error?: Error) => {
      if (this.#ended) return;
      this.#ended = true;
      handler.ended(error);
    };
    stream.on("data", (chunk: Buffer) => {
      if (this.#ended) return;
      try {
        reader.feed(chunk);
      } catch (error) {
        end(error as Error);
        stream.destroy();
      }
    });
    stream.on("end", () => end(reader.isMidValue || header !== undefined ? cutOff() : undefined));
    stream.on("error", end);
    stream.on("close", () => end(cutOff()));
  }

  /**
   * Sends one message. Does nothing once the stream is closed: its end is reported elsewhere.
   *
   * @throws {ProtocolError} `NOT_SENDABLE`.
   */
  send(header: Readonly<Record<string, unknown>>, body: unknown): void {
    const message = encodeMessage(header, body);
    if (this.#stream.writable) this.#stream.write(message);
  }

  /** How many bytes wait to be sent. */
  get backlog(): number {
    return this.#stream.writableLength;
  }

  /** Takes no more messages until what waits is sent. */
  pauseUntilDrained(): void {
    if (this.#stream.isPaused()) return;
    this.#stream.pause();
    this.#stream.once("drain", () => this.#stream.resume());
  }

  /** Says that nothing more will be sent; what the other side still sends is read to its end. */
  end(): void {
    this.#stream.end();
  }

  /** Ends both directions at once. */
  destroy(): void {
    this.#stream.destroy();
  }
}

function cutOff(): ProtocolError {
  return new ProtocolError("SESSION_CLOSED", "the stream ended within a message");
}
