import type { Duplex } from "node:stream";
import { messageOf } from "../errors.ts";
import { RpcChannel } from "./channel.ts";
import { type RpcHeader, responseHeader } from "./header.ts";
import type { MessageLimits } from "./limits.ts";
import { decodeValue } from "./msgpack.ts";

/** Answers one method: gets the decoded argument, `null` for none, and returns what is sent back. */
export type RpcMethod = (argument: unknown) => unknown;

/** Methods by their whole name, such as `Builder.Run`. More may be added while they are served. */
export type RpcMethods = Map<string, RpcMethod>;

/** How a server behaves. */
export interface RpcServerOptions extends MessageLimits {
  /** How many calls may run at a time; further ones are answered with an error. Default: 1024. */
  maxCalls?: number;
}

/** How many bytes of answers may wait before no further call is read. */
const ANSWER_BACKLOG = 1024 * 1024;

/**
 * Answers calls on a stream until the other side ends it and the last call is over. Calls run at the same time and
 * are answered as they finish. Whatever a method throws becomes the call's error; so does a method that nobody serves.
 *
 * Settles with the error that ended the stream early, where one did; `undefined` otherwise. Never rejects.
 *
 * Source: `ServeCodec`, Go `net/rpc/server.go`; `goRpcCodec`, ugorji/go `codec/rpc.go`.
 */
export function serveRpc(
  stream: Duplex,
  methods: RpcMethods,
  options: RpcServerOptions = {},
): Promise<Error | undefined> {
  const { promise, resolve } = Promise.withResolvers<Error | undefined>();
  const maxCalls = options.maxCalls ?? 1024;
  let running = 0;
  let end: { error: Error | undefined } | undefined;

  const settleWhenDone = () => {
    if (end === undefined || running > 0) return;
    channel.end();
    resolve(end.error);
  };
  const answer = async (header: RpcHeader, encodedBody: Buffer) => {
    running++;
    try {
      const result = await call(methods, header.method, encodedBody);
      channel.send(responseHeader(header, ""), result ?? null);
    } catch (error) {
      channel.send(responseHeader(header, messageOf(error)), {});
    }
    running--;
    settleWhenDone();
  };
  const channel = new RpcChannel(
    stream,
    {
      message(header, encodedBody) {
        if (running < maxCalls) {
          void answer(header, encodedBody);
        } else {
          const message = `${header.method}: ${maxCalls} calls are running already`;
          channel.send(responseHeader(header, message), {});
        }
        if (channel.backlog > ANSWER_BACKLOG) channel.pauseUntilDrained();
      },
      ended(error) {
        end = { error };
        settleWhenDone();
      },
    },
    options,
  );
  return promise;
}

async function call(methods: RpcMethods, name: string, encodedBody: Buffer): Promise<unknown> {
  const method = methods.get(name);
  if (method === undefined) {
    const known = [...methods.keys()].join(", ");
    const asked = JSON.stringify(name.slice(0, 100));
    throw new Error(`unknown method ${asked}: this end answers ${known}`);
  }
  return await method(decodeValue(encodedBody));
}
