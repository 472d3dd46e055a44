/** What went wrong with a peer, in a form a program can branch on. */
export type PeerErrorCode =
  /** A program that the peer needs is not there and could not be installed. */
  | "PEER_MISSING"
  /** The peer could not be built or installed. */
  | "PEER_NOT_BUILT"
  /** The peer was started and did not get ready. */
  | "PEER_NOT_READY";

/** A peer is not to be had. The message names it and says how to get it; a test that needs it fails with this. */
export class PeerError extends Error {
  override readonly name = "PeerError";
  readonly code: PeerErrorCode;
  readonly peer: string;

  constructor(code: PeerErrorCode, peer: string, message: string, options?: ErrorOptions) {
    super(`the peer "${peer}" ${message}`, options);
    this.code = code;
    this.peer = peer;
  }
}
