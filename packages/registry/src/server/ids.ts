import { randomFillSync } from "node:crypto";
import { monotonicFactory } from "ulid";

const random = new Uint8Array(4096);
let used = random.length;

/** A new ULID, later in order than every one that this process made before. */
export const newId: () => string = monotonicFactory(nextFraction);

/** From 0 to under 1, out of a store of random bytes: asking the system for each of an id's 16 takes far longer. */
function nextFraction(): number {
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  const byte = random[used] ?? 0;
  used += 1;
  return byte / 256;
}
