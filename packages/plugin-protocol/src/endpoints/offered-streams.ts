import type { MuxBroker } from "../broker.ts";
import type { YamuxStream } from "../yamux/stream.ts";

/** A stream that the other side dials, and what is done with it once it does. */
export interface OfferedStream<Result> {
  /** The stream id to tell. */
  id: number;
  done: Promise<Result>;
}

/** Offers one more stream. */
export type OfferStream = <Result>(
  use: (stream: YamuxStream) => Promise<Result>,
) => OfferedStream<Result>;

/**
 * Does `work` while offering streams to the other side. Once the work is done or has failed, or `signal` is aborted,
 * every stream that is still open is destroyed, and none is waited for any more.
 *
 * @throws the signal's reason where it is aborted first.
 */
export async function whileOffering<Result>(
  broker: MuxBroker,
  signal: AbortSignal | undefined,
  work: (offerStream: OfferStream) => Promise<Result>,
): Promise<Result> {
  signal?.throwIfAborted();
  const ending = new AbortController();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    const working = work((use) => offerOne(broker, ending.signal, use));
    return await Promise.race([working, aborted]);
  } finally {
    signal?.removeEventListener("abort", abort);
    ending.abort(signal?.reason);
  }
}

function offerOne<Result>(
  broker: MuxBroker,
  signal: AbortSignal,
  use: (stream: YamuxStream) => Promise<Result>,
): OfferedStream<Result> {
  const id = broker.nextId();
  const serve = async () => {
    const stream = await broker.accept(id, signal);
    const cut = () => stream.destroy();
    signal.addEventListener("abort", cut, { once: true });
    const result = await use(stream);
    stream.end();
    return result;
  };
  const done = serve();
  done.catch(() => {}); // Whoever needs the result waits for it; for others the call tells what went wrong.
  return { id, done };
}
