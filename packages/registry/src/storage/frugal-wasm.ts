import { setFlagsFromString } from "node:v8";

let isLasting = false;

/**
 * From now on, V8 leaves this process's WebAssembly as it is first compiled. Optimising that of PostgreSQL takes
 * hundreds of megabytes for a while, and gains a tenth of its speed.
 */
export function stayFrugal(): void {
  isLasting = true;
  setFlagsFromString("--liftoff-only");
}

/** The same for as long as the work takes: what starts PostgreSQL runs once, and is not worth optimising. */
export async function whileFrugal<T>(work: () => Promise<T>): Promise<T> {
  setFlagsFromString("--liftoff-only");
  try {
    return await work();
  } finally {
    if (!isLasting) setFlagsFromString("--no-liftoff-only");
  }
}
