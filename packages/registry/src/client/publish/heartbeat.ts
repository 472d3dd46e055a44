/**
 * Gives a sign of life every `period` milliseconds, unless the one before is still under way. It stops with a promise, so
 * that none can come after what its caller says next.
 */
export function startHeartbeat(period: number, beat: () => Promise<void>): () => Promise<void> {
  let underWay: Promise<void> | undefined;
  const timer = setInterval(() => {
    underWay ??= beat().finally(() => {
      underWay = undefined;
    });
  }, period);
  return async () => {
    clearInterval(timer);
    await underWay;
  };
}
