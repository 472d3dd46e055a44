import { ProtocolError, type ProtocolErrorCode } from "../errors.ts";

/** The size of every frame's header, in bytes. */
export const HEADER_SIZE = 12;

/** How many bytes each side may send on a new stream before the other grants more. */
export const INITIAL_WINDOW = 256 * 1024;

/** The values of the header's type field. */
export const FrameType = { data: 0, windowUpdate: 1, ping: 2, goAway: 3 } as const;

/** The bits of the header's flags field. */
export const Flag = { syn: 1, ack: 2, fin: 4, rst: 8 } as const;

/** Why a session ends, as a go-away frame says it. */
export const GoAwayReason = { normal: 0, protocolError: 1, internalError: 2 } as const;

/**
 * A frame without its payload.
 *
 * Source: "Framing" in hashicorp/yamux `spec.md`.
 */
export interface FrameHeader {
  version: number;
  type: number;
  flags: number;
  streamId: number;
  /** Bytes of payload, a window's growth in bytes, a ping's value or a go-away's reason, as the type says. */
  length: number;
}

/** A header as it goes over the wire, in a buffer with room for `payloadSize` more bytes. */
export function encodeHeader(
  type: number,
  flags: number,
  streamId: number,
  length: number,
  payloadSize = 0,
): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER_SIZE + payloadSize);
  buffer[0] = 0;
  buffer[1] = type;
  buffer.writeUInt16BE(flags, 2);
  buffer.writeUInt32BE(streamId, 4);
  buffer.writeUInt32BE(length, 8);
  return buffer;
}

/** Reads a header from `buffer` at `offset`, where {@link HEADER_SIZE} bytes must be. */
export function decodeHeader(buffer: Buffer, offset: number): FrameHeader {
  return {
    version: buffer[offset] as number,
    type: buffer[offset + 1] as number,
    flags: buffer.readUInt16BE(offset + 2),
    streamId: buffer.readUInt32BE(offset + 4),
    length: buffer.readUInt32BE(offset + 8),
  };
}

const typeNames = ["data", "window update", "ping", "go away"];
const flagNames = ["SYN", "ACK", "FIN", "RST"];

/** A frame in words, such as `data frame (stream 3, flags SYN|FIN, length 12)`. */
export function describeFrame({ version, type, flags, streamId, length }: FrameHeader): string {
  const kind = typeNames[type] ?? `type ${type}`;
  const names = flagNames.filter((_, bit) => (flags & (1 << bit)) !== 0).join("|");
  const versionNote = version === 0 ? "" : `version ${version}, `;
  return `${kind} frame (${versionNote}stream ${streamId}, flags ${names || "none"}, length ${length})`;
}

/** An error of the stream multiplexer; `frame` is the frame that caused it, where one did. */
export class YamuxError extends ProtocolError {
  override readonly name: string = "YamuxError";
  readonly frame: FrameHeader | undefined;

  constructor(
    code: ProtocolErrorCode,
    message: string,
    options?: ErrorOptions & { frame?: FrameHeader },
  ) {
    const where = options?.frame === undefined ? "" : `: ${describeFrame(options.frame)}`;
    super(code, `yamux: ${message}${where}`, options);
    this.frame = options?.frame;
  }
}

/** The error for a frame that the protocol does not allow. */
export function protocolViolation(message: string, frame: FrameHeader): YamuxError {
  return new YamuxError("YAMUX_PROTOCOL", message, { frame });
}
