import { AmazonError, type AmazonErrorCode, messageOf } from "./errors.ts";

/** How many things are done at once: more would only be throttled. */
const AT_ONCE = 32;

/** Does the same with each of several things, many at once; answers those with which it failed, in order. */
export async function failuresOf<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<{ item: Item; error: unknown }[]> {
  const failures = new Map<number, { item: Item; error: unknown }>();
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) {
      await work(item).catch((error: unknown) => failures.set(index, { item, error }));
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  return [...failures].toSorted(([left], [right]) => left - right).map(([, failure]) => failure);
}

/** One error out of several; none hides another. */
export function joinErrors(
  code: AmazonErrorCode,
  what: string,
  errors: readonly unknown[],
): AmazonError {
  const cause = errors.length === 1 ? errors[0] : new AggregateError(errors);
  return new AmazonError(code, `${what}: ${errors.map(messageOf).join("; ")}`, { cause });
}
