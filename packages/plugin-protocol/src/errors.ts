/** What went wrong on the wire between Packer and a plugin, in a form a program can branch on. */
export type ProtocolErrorCode =
  /** The peer broke the yamux protocol; `frame` of the {@link YamuxError} says where. */
  | "YAMUX_PROTOCOL"
  /** The peer made this side hold more than its limits allow. */
  | "YAMUX_LIMIT"
  /** The connection ended, or was closed by this side. */
  | "SESSION_CLOSED"
  /** The peer said that it takes no further streams, or that it found an error. */
  | "GO_AWAY"
  /** One stream was reset by the peer. */
  | "STREAM_RESET"
  /** The peer did not answer in time. */
  | "TIMEOUT"
  /** Nobody took, or nobody answered for, a stream id. */
  | "BROKER"
  /** A message is not what net/rpc over msgpack allows, or is larger than the limits. */
  | "RPC_PROTOCOL"
  /** The other side answered a call with an error; the message is its own. */
  | "REMOTE_ERROR"
  /** A value cannot be sent. */
  | "NOT_SENDABLE"
  /** A plugin did not start, or does not speak the protocol. */
  | "PLUGIN_START";

/** The base of every error that this package raises by itself; `cause` holds what led to it, where something did. */
export class ProtocolError extends Error {
  override readonly name: string = "ProtocolError";
  readonly code: ProtocolErrorCode;

  constructor(code: ProtocolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The message of anything that was thrown; never empty, because an empty error means success on the wire. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (message !== "") return message;
  return error instanceof Error ? error.name : "unknown error";
}
