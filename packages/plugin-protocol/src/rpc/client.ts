import type { Duplex } from "node:stream";
import { ProtocolError } from "../errors.ts";
import { RpcChannel } from "./channel.ts";
import { type RpcHeader, requestHeader } from "./header.ts";
import type { MessageLimits } from "./limits.ts";
import { decodeValue } from "./msgpack.ts";

/** What the other side answered instead of a result; the message is its own. */
export class RemoteError extends ProtocolError {
  override readonly name: string = "RemoteError";
  /** The method that was called, such as `Builder.Run`. */
  readonly method: string;

  constructor(method: string, message: string) {
    super("REMOTE_ERROR", message);
    this.method = method;
  }
}

interface PendingCall {
  method: string;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/**
 * Calls methods on the other side of a stream. Calls may run at the same time; answers may come in any order.
 *
 * Source: `Client`, Go `net/rpc/client.go`; `goRpcCodec`, ugorji/go `codec/rpc.go`. Unlike Go's, it takes an answer
 * that nobody asked for as an error of the protocol.
 */
export class RpcClient {
  readonly #channel: RpcChannel;
  readonly #pending = new Map<number, PendingCall>();
  #nextSequence = 0;
  #end: Error | undefined;

  constructor(stream: Duplex, limits?: MessageLimits) {
    this.#channel = new RpcChannel(
      stream,
      {
        message: (header, encodedBody) => this.#answered(header, encodedBody),
        ended: (error) => this.#ended(error),
      },
      limits,
    );
  }

  /**
   * Calls `method`, such as `Builder.Run`, and answers what it returned, decoded; `null` for nothing.
   *
   * @throws {RemoteError} where the method failed.
   * @throws {ProtocolError} `NOT_SENDABLE` for the argument; `SESSION_CLOSED`, or whatever ended the stream.
   */
  async call(method: string, argument: unknown = null): Promise<unknown> {
    if (this.#end !== undefined) throw this.#end;
    const sequence = this.#nextSequence++;
    this.#channel.send(requestHeader(method, sequence), argument);
    return await new Promise((resolve, reject) => {
      this.#pending.set(sequence, { method, resolve, reject });
    });
  }

  /** Calls nothing more; calls that wait fail. */
  close(): void {
    this.#ended(new ProtocolError("SESSION_CLOSED", "this side closed the RPC client"));
    this.#channel.end();
  }

  #answered(header: RpcHeader, encodedBody: Buffer): void {
    const call = this.#pending.get(header.sequence);
    if (call === undefined) {
      const what = `${JSON.stringify(header.method.slice(0, 100))} with sequence number ${header.sequence}`;
      throw new ProtocolError("RPC_PROTOCOL", `an answer came that nobody asked for: ${what}`);
    }
    this.#pending.delete(header.sequence);
    if (header.error !== "") {
      call.reject(new RemoteError(call.method, header.error));
      return;
    }
    try {
      call.resolve(decodeValue(encodedBody));
    } catch (error) {
      call.reject(error);
    }
  }

  #ended(error: Error | undefined): void {
    this.#end ??= error ?? new ProtocolError("SESSION_CLOSED", "the other side ended the stream");
    for (const { method, reject } of this.#pending.values()) {
      const message = `${method} got no answer: ${this.#end.message}`;
      reject(new ProtocolError("SESSION_CLOSED", message, { cause: this.#end }));
    }
    this.#pending.clear();
  }
}
