import type { MuxBroker } from "../broker.ts";
import { RpcClient } from "../rpc/client.ts";
import { type RpcMethods, serveRpc } from "../rpc/server.ts";

/**
 * Serves methods on a stream of their own, which the other side dials, until it ends that stream. Answers the stream's
 * id, to be told to the other side. An abort stops waiting for a dial that has not come.
 */
export function offerMethods(
  broker: MuxBroker,
  methods: RpcMethods,
  withdrawn?: AbortSignal,
): number {
  const id = broker.nextId();
  broker.accept(id, withdrawn).then(
    (stream) => serveRpc(stream, methods),
    () => {}, // Nobody came: the call that told the id has failed, or had no use for it.
  );
  return id;
}

/** Dials what the other side offers under `id`, calls it, and ends the stream afterwards. */
export async function withClient<Result>(
  broker: MuxBroker,
  id: number,
  use: (client: RpcClient) => Promise<Result>,
): Promise<Result> {
  const client = new RpcClient(await broker.dial(id));
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

/** A long call during which the other side calls back. */
export interface CallWithOffer {
  /** Such as `Builder`; its method `Cancel` is called where `signal` is aborted. */
  endpoint: string;
  method: string;
  /** Makes the argument, given the id under which the methods are offered. */
  argument: (id: number) => unknown;
  signal: AbortSignal | undefined;
}

/**
 * Calls a method and offers others meanwhile. An abort does not end the wait: it tells the other side to come to an
 * end, and the call then fails with what the other side makes of that.
 */
export async function callWithOffer(
  client: RpcClient,
  broker: MuxBroker,
  methods: RpcMethods,
  { endpoint, method, argument, signal }: CallWithOffer,
): Promise<unknown> {
  const over = new AbortController();
  const id = offerMethods(broker, methods, over.signal);
  try {
    const call = () => client.call(`${endpoint}.${method}`, argument(id));
    return await withCancel(client, endpoint, signal, call);
  } finally {
    over.abort();
  }
}

/**
 * Makes a call that a second one, `Cancel`, brings to an early end: it is sent where `signal` is aborted.
 *
 * @throws the signal's reason where it is aborted before the call.
 */
export async function withCancel<Result>(
  client: RpcClient,
  endpoint: string,
  signal: AbortSignal | undefined,
  call: () => Promise<Result>,
): Promise<Result> {
  signal?.throwIfAborted();
  const cancel = () => {
    client.call(`${endpoint}.Cancel`).catch(() => {}); // Where it cannot be delivered, the call fails too.
  };
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    return await call();
  } finally {
    signal?.removeEventListener("abort", cancel);
  }
}

/** Serves `Cancel` for an endpoint. Answers the signal that it aborts; the loss of the connection does so too. */
export function registerCancel(
  methods: RpcMethods,
  endpoint: string,
  broker: MuxBroker,
): AbortSignal {
  const cancelled = new AbortController();
  methods.set(`${endpoint}.Cancel`, () => cancelled.abort());
  return AbortSignal.any([cancelled.signal, broker.lost]);
}
