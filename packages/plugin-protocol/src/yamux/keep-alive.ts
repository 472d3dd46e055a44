import { Flag, FrameType, YamuxError } from "./frame.ts";
import type { FrameWriter } from "./frame-writer.ts";

/** How a session finds out that its peer is gone. */
export interface KeepAliveOptions {
  /** The pause between pings, in milliseconds; 0 sends none. Default: 30,000. */
  keepAliveInterval?: number;
  /** How long the peer may take to answer a ping, in milliseconds. Default: 10,000. */
  pingTimeout?: number;
}

interface WaitingPing {
  resolve(milliseconds: number): void;
  reject(error: YamuxError): void;
  sentAt: number;
  timer: NodeJS.Timeout;
}

/** Sends pings and matches their answers; a peer that does not answer a periodic ping is reported lost. */
export class KeepAlive {
  readonly #writer: FrameWriter;
  readonly #timeout: number;
  readonly #waiting = new Map<number, WaitingPing>();
  readonly #periodic: NodeJS.Timeout | undefined;
  #nextId = 0;

  constructor(
    writer: FrameWriter,
    { keepAliveInterval = 30_000, pingTimeout = 10_000 }: KeepAliveOptions,
    onLost: (error: YamuxError) => void,
  ) {
    this.#writer = writer;
    this.#timeout = pingTimeout;
    if (keepAliveInterval > 0) {
      const ping = () => this.ping().catch((error: YamuxError) => onLost(error));
      this.#periodic = setInterval(ping, keepAliveInterval).unref();
    }
  }

  /** Answers the round trip in milliseconds; rejects with `TIMEOUT`, or with what {@link KeepAlive.stop} was given. */
  ping(): Promise<number> {
    const id = this.#nextId;
    this.#nextId = (id + 1) >>> 0;
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#waiting.delete(id);
        const message = `the peer did not answer a ping within ${this.#timeout} ms`;
        reject(new YamuxError("TIMEOUT", message));
      };
      const timer = setTimeout(giveUp, this.#timeout).unref();
      this.#waiting.set(id, { resolve, reject, sentAt: performance.now(), timer });
      this.#writer.control(FrameType.ping, Flag.syn, 0, id);
    });
  }

  /** An answer came; one that nobody waits for is passed over, because it may just be late. */
  answered(id: number): void {
    const ping = this.#waiting.get(id);
    if (ping === undefined) return;
    this.#waiting.delete(id);
    clearTimeout(ping.timer);
    ping.resolve(performance.now() - ping.sentAt);
  }

  /** Sends no more pings; those that wait reject with `reason`. */
  stop(reason: YamuxError): void {
    clearInterval(this.#periodic);
    for (const { timer, reject } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(reason);
    }
    this.#waiting.clear();
  }
}
