import { Decoder, Encoder } from "@msgpack/msgpack";
import { messageOf, ProtocolError } from "../errors.ts";

/** How deep a value that is sent may nest: what the other side reads too, see `MessageLimits`. */
const MAX_DEPTH = 512;

/** An encoder keeps a buffer as large as the largest value so far; beyond this size it is not kept. */
const KEEP_BUFFER = 1024 * 1024;

let bodyEncoder = newEncoder();
const headerEncoder = newEncoder();
const decoder = new Decoder();

/**
 * A header and a body, back to back, as net/rpc messages are. `undefined` is sent as nil, and left out of maps;
 * a `Uint8Array` is sent as bin, a `Date` as a timestamp.
 *
 * @throws {ProtocolError} `NOT_SENDABLE` where msgpack cannot hold the body: a function, a bigint, a cycle.
 */
export function encodeMessage(header: Readonly<Record<string, unknown>>, body: unknown): Buffer {
  const encodedHeader = headerEncoder.encodeSharedRef(header);
  let encodedBody: Uint8Array;
  try {
    encodedBody = bodyEncoder.encodeSharedRef(body);
  } catch (cause) {
    bodyEncoder = newEncoder();
    throw new ProtocolError("NOT_SENDABLE", `the value cannot be sent: ${messageOf(cause)}`, {
      cause,
    });
  }
  const message = Buffer.allocUnsafe(encodedHeader.length + encodedBody.length);
  message.set(encodedHeader, 0);
  message.set(encodedBody, encodedHeader.length);
  if (encodedBody.length > KEEP_BUFFER) bodyEncoder = newEncoder();
  return message;
}

/**
 * Decodes one complete value. Integers beyond 53 bits lose their last digits; bin becomes a `Uint8Array` that is a
 * view of `encoded`.
 *
 * @throws {ProtocolError} `RPC_PROTOCOL` where it is not msgpack, or has a map key that is neither a string nor a number.
 */
export function decodeValue(encoded: Uint8Array): unknown {
  try {
    return decoder.decode(encoded);
  } catch (cause) {
    throw new ProtocolError("RPC_PROTOCOL", `a message cannot be decoded: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function newEncoder(): Encoder {
  return new Encoder({ ignoreUndefined: true, maxDepth: MAX_DEPTH });
}
