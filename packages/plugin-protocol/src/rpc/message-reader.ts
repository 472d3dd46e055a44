import { ByteQueue } from "../byte-queue.ts";
import type { MessageLimits } from "./limits.ts";
import { MessageScanner } from "./message-scanner.ts";

/**
 * Cuts a byte stream into msgpack values, however the bytes were split or joined on their way. Holds at most one
 * unfinished value, within the limits.
 */
export class MessageReader {
  readonly #scanner: MessageScanner;
  readonly #onValue: (encoded: Buffer) => void;
  readonly #unfinished = new ByteQueue();

  /** `onValue` gets each complete value, still encoded, as soon as its last byte is there. */
  constructor(onValue: (encoded: Buffer) => void, limits?: MessageLimits) {
    this.#onValue = onValue;
    this.#scanner = new MessageScanner(limits);
  }

  /**
   * Takes the next bytes. Must not be called again after it has thrown.
   *
   * @throws {ProtocolError} `RPC_PROTOCOL` where the bytes break the format or a limit; whatever `onValue` throws.
   */
  feed(chunk: Buffer): void {
    for (let offset = 0; offset < chunk.length; ) {
      const end = this.#scanner.scan(chunk, offset);
      const piece = chunk.subarray(offset, end === -1 ? chunk.length : end);
      if (end === -1) {
        this.#unfinished.push(piece);
        return;
      }
      offset = end;
      if (this.#unfinished.length === 0) {
        this.#onValue(piece);
      } else {
        this.#unfinished.push(piece);
        this.#onValue(this.#unfinished.takeAll());
      }
    }
  }

  /** Whether the bytes so far end inside a value. */
  get isMidValue(): boolean {
    return this.#unfinished.length > 0;
  }
}
