import type { Duplex } from "node:stream";
import { ProtocolError } from "./errors.ts";
import { readExactly } from "./read-exactly.ts";
import type { YamuxError } from "./yamux/frame.ts";
import { type YamuxOptions, YamuxSession } from "./yamux/session.ts";
import type { YamuxStream } from "./yamux/stream.ts";

/** How a broker behaves. */
export interface BrokerOptions extends Omit<YamuxOptions, "onStream"> {
  /** How long an accept waits for its dial, and a dial for its accept, in milliseconds. Default: 5,000, as in Go. */
  acceptTimeout?: number;
}

/** How much longer than an accept a dial waits for its answer, so that the accepter's own verdict arrives first. */
const DIAL_GRACE = 5_000;

/** One id: a stream that nobody has accepted yet, or an accept that nobody has dialled yet. */
type Slot = { timer: NodeJS.Timeout } & (
  | { stream: YamuxStream }
  | { accepted: (stream: YamuxStream) => void; failed: (error: unknown) => void }
);

/**
 * Hands out streams by id. One side allots an id with {@link MuxBroker.nextId}, tells it to the other in a call, and
 * accepts it; the other dials it. Id 0 is the main stream, which the plugin accepts. Each side counts its own ids.
 *
 * Source: packer-plugin-sdk `rpc/mux_broker.go`.
 */
export class MuxBroker {
  /** Aborted once the connection has ended, with the reason. */
  readonly lost: AbortSignal;
  readonly #session: YamuxSession;
  readonly #acceptTimeout: number;
  readonly #slots = new Map<number, Slot>();
  #lastId = 0;

  /** The plugin is the `server`, Packer the `client`. */
  constructor(transport: Duplex, role: "client" | "server", options: BrokerOptions = {}) {
    this.#acceptTimeout = options.acceptTimeout ?? 5_000;
    const onStream = (stream: YamuxStream) => void this.#arrived(stream);
    this.#session = new YamuxSession(transport, role, { ...options, onStream });
    const lost = new AbortController();
    this.lost = lost.signal;
    this.closed.then((reason) => {
      const cause =
        reason ?? new ProtocolError("SESSION_CLOSED", "this side closed the connection");
      this.#ended(cause);
      lost.abort(cause);
    });
  }

  /** Settles once the connection has ended, with the reason, or `undefined` where this side closed it. */
  get closed(): Promise<YamuxError | undefined> {
    return this.#session.closed;
  }

  /** An id that this side has not used before. */
  nextId(): number {
    this.#lastId = (this.#lastId + 1) >>> 0 || 1;
    return this.#lastId;
  }

  /**
   * Waits for the other side to dial `id`.
   *
   * @throws {ProtocolError} `BROKER` where it does not within the time limit, or where the id is being accepted
   * already; `SESSION_CLOSED` where the connection ends. The signal's reason where it is aborted.
   */
  async accept(id: number, signal?: AbortSignal): Promise<YamuxStream> {
    signal?.throwIfAborted();
    const slot = this.#slots.get(id);
    if (slot !== undefined && "accepted" in slot) {
      throw new ProtocolError("BROKER", `stream id ${id} is being accepted already`);
    }
    const stream = slot === undefined ? await this.#waitFor(id, signal) : this.#take(id, slot);
    stream.write(encodeId(id));
    return stream;
  }

  /**
   * Opens a stream to whoever accepts `id` on the other side.
   *
   * @throws {ProtocolError} `BROKER` where nobody does; `SESSION_CLOSED` where the connection ends.
   */
  async dial(id: number): Promise<YamuxStream> {
    const stream = await this.#session.open();
    stream.write(encodeId(id));
    let answer: number;
    try {
      const bytes = await readExactly(stream, 4, this.#acceptTimeout + DIAL_GRACE);
      answer = bytes.readUInt32LE();
    } catch (cause) {
      const message = `the other side did not accept stream id ${id}`;
      throw new ProtocolError("BROKER", message, { cause });
    }
    if (answer === id) return stream;
    stream.destroy();
    throw new ProtocolError("BROKER", `stream id ${id} was answered with id ${answer}`);
  }

  /** Ends the connection and all its streams. */
  async close(): Promise<void> {
    await this.#session.close();
  }

  async #arrived(stream: YamuxStream): Promise<void> {
    let id: number;
    try {
      id = (await readExactly(stream, 4, this.#acceptTimeout)).readUInt32LE();
    } catch {
      return; // A stream that never says which id it is for; it is destroyed already.
    }
    const slot = this.#slots.get(id);
    if (slot === undefined) {
      const timer = setTimeout(() => {
        this.#slots.delete(id);
        stream.destroy();
      }, this.#acceptTimeout).unref();
      this.#slots.set(id, { stream, timer });
    } else if ("accepted" in slot) {
      this.#slots.delete(id);
      slot.accepted(stream);
    } else {
      stream.destroy();
    }
  }

  #take(id: number, slot: { stream: YamuxStream; timer: NodeJS.Timeout }): YamuxStream {
    this.#slots.delete(id);
    clearTimeout(slot.timer);
    return slot.stream;
  }

  async #waitFor(id: number, signal: AbortSignal | undefined): Promise<YamuxStream> {
    const { promise, resolve, reject } = Promise.withResolvers<YamuxStream>();
    const giveUp = (error: unknown) => {
      this.#slots.delete(id);
      reject(error);
    };
    const timer = setTimeout(() => {
      const message = `nobody dialled stream id ${id} within ${this.#acceptTimeout} ms`;
      giveUp(new ProtocolError("BROKER", message));
    }, this.#acceptTimeout);
    const abort = () => giveUp(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    this.#slots.set(id, { accepted: resolve, failed: reject, timer });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  #ended(cause: ProtocolError): void {
    for (const slot of this.#slots.values()) {
      clearTimeout(slot.timer);
      if ("failed" in slot) slot.failed(cause);
    }
    this.#slots.clear();
  }
}

function encodeId(id: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(id);
  return bytes;
}
