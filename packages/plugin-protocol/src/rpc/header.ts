import { ProtocolError } from "../errors.ts";
import { decodeValue } from "./msgpack.ts";

/** The first half of every message; `error` is empty in a request and in the answer to a call that succeeded. */
export interface RpcHeader {
  method: string;
  sequence: number;
  error: string;
}

/** A request's header under Go's field names. Source: `Request`, Go `net/rpc/server.go`. */
export function requestHeader(method: string, sequence: number): Record<string, unknown> {
  return { ServiceMethod: method, Seq: sequence };
}

/** An answer's header under Go's field names. Source: `Response`, Go `net/rpc/server.go`. */
export function responseHeader(
  { method, sequence }: RpcHeader,
  error: string,
): Record<string, unknown> {
  return { ServiceMethod: method, Seq: sequence, Error: error };
}

/**
 * Reads a header. Fields that are absent or nil are empty, as Go reads them.
 *
 * @throws {ProtocolError} `RPC_PROTOCOL` where it is not a map of that shape.
 */
export function decodeHeader(encoded: Uint8Array): RpcHeader {
  const value = decodeValue(encoded);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw violation("is not a map");
  }
  const fields = value as Record<string, unknown>;
  const method = fields["ServiceMethod"] ?? "";
  const sequence = fields["Seq"] ?? 0;
  const error = fields["Error"] ?? "";
  if (typeof method !== "string") throw violation("has a ServiceMethod that is not a string");
  if (typeof error !== "string") throw violation("has an Error that is not a string");
  if (typeof sequence !== "number" || !Number.isSafeInteger(sequence) || sequence < 0) {
    throw violation(`has a Seq that is not a count: ${String(sequence)}`);
  }
  return { method, sequence, error };
}

function violation(message: string): ProtocolError {
  return new ProtocolError("RPC_PROTOCOL", `the header of an RPC message ${message}`);
}
