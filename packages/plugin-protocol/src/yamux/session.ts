import type { Duplex } from "node:stream";
import {
  Flag,
  type FrameHeader,
  FrameType,
  GoAwayReason,
  INITIAL_WINDOW,
  protocolViolation,
  YamuxError,
} from "./frame.ts";
import { FrameReader } from "./frame-reader.ts";
import { FrameWriter } from "./frame-writer.ts";
import { KeepAlive, type KeepAliveOptions } from "./keep-alive.ts";
import { type StreamOwner, YamuxStream } from "./stream.ts";

/** How a session behaves; what is left out is as in hashicorp/yamux, or a limit that it does not have. */
export interface YamuxOptions extends KeepAliveOptions {
  /** Takes each stream that the peer opens. Where it is left out, such streams are reset. */
  onStream?: (stream: YamuxStream) => void;
  /** How many streams the peer may have open at a time; further ones are reset. Default: 1024. */
  maxStreams?: number;
  /** How many bytes of all streams may wait to be read; more ends the session. Default: 256 MiB. */
  maxBufferedBytes?: number;
  /** How many of our streams may wait for the peer to acknowledge them; further ones wait. Default: 256. */
  acceptBacklog?: number;
  /** How long the peer may take to acknowledge a stream, in milliseconds. Default: 75,000. */
  openTimeout?: number;
}

/** How long a closing session waits for the peer to close its side, in milliseconds. */
const CLOSE_TIMEOUT = 2_000;

/**
 * Many streams over one connection, as hashicorp/yamux has them. The side that dialled is the client.
 *
 * A frame that breaks the protocol ends the session: the peer gets a go-away frame, and every stream and waiting call
 * fails with a {@link YamuxError} that names the frame.
 *
 * Source: hashicorp/yamux `spec.md`; behaviour that it leaves open is as in `session.go` and `stream.go`.
 */
export class YamuxSession {
  /** Settles once the session has ended, with the reason, or `undefined` where this side closed it. */
  readonly closed: Promise<YamuxError | undefined>;
  readonly #transport: Duplex;
  readonly #options: YamuxOptions;
  readonly #writer: FrameWriter;
  readonly #streamOwner: StreamOwner;
  readonly #keepAlive: KeepAlive;
  readonly #streams = new Map<number, YamuxStream>();
  /** Streams of ours that the peer has not acknowledged, with the timer that gives up on them. */
  readonly #unacknowledged = new Map<number, NodeJS.Timeout>();
  readonly #waitingToOpen: (() => void)[] = [];
  readonly #settleClosed: (reason: YamuxError | undefined) => void;
  readonly #ownParity: number;
  #nextId: number;
  #inboundStreams = 0;
  #bufferedBytes = 0;
  #receiving: YamuxStream | undefined;
  #sentGoAway = false;
  #receivedGoAway = false;
  #closing = false;
  #end: { reason: YamuxError } | undefined;

  constructor(transport: Duplex, role: "client" | "server", options: YamuxOptions = {}) {
    this.#transport = transport;
    this.#options = options;
    this.#nextId = role === "client" ? 1 : 2;
    this.#ownParity = this.#nextId % 2;
    const { promise, resolve } = Promise.withResolvers<YamuxError | undefined>();
    this.closed = promise;
    this.#settleClosed = resolve;
    this.#writer = new FrameWriter(transport, (error) => this.#fail(error));
    this.#keepAlive = new KeepAlive(this.#writer, options, (error) => this.#fail(error));
    this.#streamOwner = {
      writer: this.#writer,
      streamClosed: (stream) => this.#forget(stream),
      buffered: (bytes) => {
        this.#bufferedBytes += bytes;
      },
    };
    const reader = new FrameReader({
      header: (header) => this.#header(header),
      payload: (piece) => this.#receiving?.receive(piece),
      end: (header) => this.#frameEnd(header),
    });
    transport.on("data", (chunk: Buffer) => this.#feed(reader, chunk));
    transport.on("end", () => this.#lost("the peer closed the connection"));
    transport.on("error", (cause) => this.#lost("the connection failed", cause));
    transport.on("close", () => this.#lost("the connection was closed"));
    if (transport.readableEnded || transport.destroyed)
      this.#lost("the connection had ended before");
  }

  /**
   * Opens a stream. Waits while too many of ours are unacknowledged.
   *
   * @throws {YamuxError} `SESSION_CLOSED`; `GO_AWAY` where the peer takes no more streams; `YAMUX_LIMIT` where all ids
   * are used up.
   */
  async open(): Promise<YamuxStream> {
    this.#checkOpenable();
    const backlog = this.#options.acceptBacklog ?? 256;
    while (this.#unacknowledged.size >= backlog) {
      await new Promise<void>((resolve) => this.#waitingToOpen.push(resolve));
      this.#checkOpenable();
    }
    const id = this.#nextId;
    if (id > 0xfffffffd) throw new YamuxError("YAMUX_LIMIT", "all stream ids are used up");
    this.#nextId += 2;
    const stream = new YamuxStream(id, this.#streamOwner);
    this.#streams.set(id, stream);
    const timeout = this.#options.openTimeout ?? 75_000;
    const giveUp = () => {
      const message = `the peer did not acknowledge stream ${id} within ${timeout} ms`;
      this.#fail(new YamuxError("TIMEOUT", message));
    };
    this.#unacknowledged.set(id, setTimeout(giveUp, timeout).unref());
    this.#writer.control(FrameType.windowUpdate, Flag.syn, id, 0);
    return stream;
  }

  /** Measures the round trip to the peer, in milliseconds. Rejects with `TIMEOUT` or `SESSION_CLOSED`. */
  async ping(): Promise<number> {
    if (this.#end !== undefined) throw this.#end.reason;
    return await this.#keepAlive.ping();
  }

  /** Tells the peer that further streams of its own will be reset; those that are open go on. */
  goAway(): void {
    this.#sentGoAway = true;
    this.#writer.control(FrameType.goAway, 0, 0, GoAwayReason.normal);
  }

  /** Ends the session and, with an error, every stream that is still open. Settles once the connection is closed. */
  async close(): Promise<void> {
    if (this.#end === undefined) {
      this.#closing = true;
      this.#finish(new YamuxError("SESSION_CLOSED", "this side closed the session"));
      this.#transport.end();
    }
    if (!this.#transport.closed) {
      const timer = setTimeout(() => this.#transport.destroy(), CLOSE_TIMEOUT);
      await new Promise<void>((resolve) => this.#transport.once("close", () => resolve()));
      clearTimeout(timer);
    }
  }

  /** The number of streams that are open in at least one direction. */
  get streamCount(): number {
    return this.#streams.size;
  }

  #feed(reader: FrameReader, chunk: Buffer): void {
    if (this.#end !== undefined) return;
    this.#transport.cork();
    try {
      reader.feed(chunk);
      const limit = this.#options.maxBufferedBytes ?? 256 * 1024 * 1024;
      if (this.#bufferedBytes > limit) {
        const held = `${this.#bufferedBytes} bytes wait to be read, over the limit of ${limit}`;
        throw new YamuxError("YAMUX_LIMIT", held);
      }
    } catch (error) {
      this.#fail(
        error instanceof YamuxError
          ? error
          : new YamuxError("SESSION_CLOSED", "a stream's handler failed", { cause: error }),
      );
    }
    this.#transport.uncork();
  }

  #header(header: FrameHeader): void {
    if (this.#end !== undefined) throw this.#end.reason;
    if (header.version !== 0) throw protocolViolation("unknown protocol version", header);
    switch (header.type) {
      case FrameType.data:
      case FrameType.windowUpdate:
        this.#streamHeader(header);
        break;
      case FrameType.ping:
      case FrameType.goAway:
        if (header.streamId !== 0) throw protocolViolation("this frame takes stream 0", header);
        if (header.type === FrameType.ping) this.#ping(header);
        else this.#goAwayReceived(header);
        break;
      default:
        throw protocolViolation("unknown frame type", header);
    }
  }

  #frameEnd(header: FrameHeader): void {
    this.#receiving = undefined;
    const isStreamFrame = header.type <= FrameType.windowUpdate;
    if (!isStreamFrame || (header.flags & Flag.fin) === 0) return;
    const stream = this.#streams.get(header.streamId);
    if (stream?.receiveEnd() === false) throw protocolViolation("a second FIN", header);
  }

  #streamHeader(header: FrameHeader): void {
    const { type, flags, streamId, length } = header;
    if (streamId === 0) throw protocolViolation("stream 0 carries no data", header);
    if ((flags & Flag.syn) !== 0) this.#incoming(header);
    if ((flags & Flag.ack) !== 0) this.#acknowledged(streamId);
    const stream = this.#streams.get(streamId);
    if ((flags & Flag.rst) !== 0 && stream !== undefined) {
      this.#forget(stream);
      stream.detach(new YamuxError("STREAM_RESET", `the peer reset stream ${streamId}`));
    }
    if (type === FrameType.data) {
      if (length > (stream?.receiveWindow ?? INITIAL_WINDOW)) {
        throw protocolViolation("more bytes than the window allows", header);
      }
      stream?.expect(length);
      this.#receiving = stream;
    } else if (stream?.grow(length) === false) {
      throw protocolViolation("the window grows beyond 32 bits", header);
    }
  }

  #incoming(header: FrameHeader): void {
    const id = header.streamId;
    if (id % 2 === this.#ownParity)
      throw protocolViolation("the id is this side's to give", header);
    if (this.#streams.has(id)) throw protocolViolation("the stream is open already", header);
    const { onStream, maxStreams = 1024 } = this.#options;
    if (this.#sentGoAway || onStream === undefined || this.#inboundStreams >= maxStreams) {
      this.#writer.control(FrameType.windowUpdate, Flag.rst, id, 0);
      return;
    }
    const stream = new YamuxStream(id, this.#streamOwner);
    this.#streams.set(id, stream);
    this.#inboundStreams++;
    this.#writer.control(FrameType.windowUpdate, Flag.ack, id, 0);
    onStream(stream);
  }

  #forget(stream: YamuxStream): void {
    if (!this.#streams.delete(stream.id)) return;
    if (stream.id % 2 !== this.#ownParity) this.#inboundStreams--;
    this.#acknowledged(stream.id);
  }

  #acknowledged(id: number): void {
    const timer = this.#unacknowledged.get(id);
    if (timer === undefined) return;
    clearTimeout(timer);
    this.#unacknowledged.delete(id);
    this.#waitingToOpen.shift()?.();
  }

  #ping(header: FrameHeader): void {
    if ((header.flags & Flag.syn) === 0) this.#keepAlive.answered(header.length);
    else this.#writer.control(FrameType.ping, Flag.ack, 0, header.length);
  }

  #goAwayReceived(header: FrameHeader): void {
    if (header.length !== GoAwayReason.normal) {
      throw new YamuxError("GO_AWAY", "the peer ended the session", { frame: header });
    }
    this.#receivedGoAway = true;
  }

  #checkOpenable(): void {
    if (this.#end !== undefined) throw this.#end.reason;
    if (this.#receivedGoAway) throw new YamuxError("GO_AWAY", "the peer takes no more streams");
  }

  #lost(message: string, cause?: unknown): void {
    this.#finish(new YamuxError("SESSION_CLOSED", message, { cause }));
    this.#transport.destroy();
  }

  #fail(error: YamuxError): void {
    if (this.#end !== undefined) return;
    this.#finish(error);
    if (error.code === "YAMUX_PROTOCOL" || error.code === "YAMUX_LIMIT") {
      this.#writer.control(FrameType.goAway, 0, 0, GoAwayReason.protocolError);
    }
    this.#transport.end(() => this.#transport.destroy());
    setTimeout(() => this.#transport.destroy(), CLOSE_TIMEOUT).unref();
  }

  #finish(reason: YamuxError): void {
    if (this.#end !== undefined) return;
    this.#end = { reason };
    this.#keepAlive.stop(reason);
    this.#writer.clear();
    for (const timer of this.#unacknowledged.values()) clearTimeout(timer);
    this.#unacknowledged.clear();
    for (const stream of this.#streams.values()) stream.detach(reason);
    this.#streams.clear();
    for (const resume of this.#waitingToOpen.splice(0)) resume();
    this.#settleClosed(this.#closing ? undefined : reason);
  }
}
