import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { MAX_JSON_BYTES } from "./exchange.ts";

/**
 * Reads the body of a request that asks for an upgrade. Node hands such a request over right after its headers, so the
 * body comes with the raw connection; what follows it stays there to be read.
 *
 * Answers `undefined` where the body is too large, or the connection ends before it is complete.
 */
export async function readUpgradeBody(
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
): Promise<Buffer | undefined> {
  if (head.length > 0) socket.unshift(head);
  const size = Number(request.headers["content-length"] ?? 0);
  if (!Number.isSafeInteger(size) || size < 0 || size > MAX_JSON_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let missing = size;
  while (missing > 0) {
    const chunk: Buffer | null = socket.read(Math.min(missing, socket.readableLength || missing));
    if (chunk !== null) {
      chunks.push(chunk);
      missing -= chunk.length;
    } else if (!(await becomesReadable(socket))) {
      return undefined;
    }
  }
  return Buffer.concat(chunks, size);
}

function becomesReadable(socket: Socket): Promise<boolean> {
  if (socket.destroyed || socket.readableEnded) return Promise.resolve(false);
  return new Promise((resolve) => {
    const settle = (isReadable: boolean) => {
      socket.off("readable", onReadable).off("end", onGone).off("close", onGone);
      resolve(isReadable);
    };
    const onReadable = () => settle(socket.readableLength > 0 || !socket.readableEnded);
    const onGone = () => settle(false);
    socket.on("readable", onReadable).on("end", onGone).on("close", onGone);
  });
}

/** An upgrade request comes without a response; this makes one, for answers that stay in HTTP. */
export function responseOn(request: IncomingMessage, socket: Socket): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once("finish", () => {
    response.detachSocket(socket);
    socket.end();
  });
  return response;
}

/** A response whose bytes go nowhere. */
export function discardingResponse(request: IncomingMessage): ServerResponse {
  const nowhere = new Duplex({
    read() {
      this.push(null);
    },
    write: (_chunk, _encoding, done) => done(),
  });
  const response = new ServerResponse(request);
  response.assignSocket(nowhere as Socket);
  return response;
}
