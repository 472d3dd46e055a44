import { setFlagsFromString } from "node:v8";

/** Each is needed: what one flag implies counts only where it is given at the start of the process. */
const FLAGS = ["liftoff-only", "wasm-tier-up", "wasm-dynamic-tiering"] as const;

let isLasting = false;

/**
 * From now on, V8 leaves this process's WebAssembly as it is first compiled. Optimising that of PostgreSQL takes
 * hundreds of megabytes for a while, and gains a tenth of its speed.
 */
export function stayFrugal(): void {
  isLasting = true;
  beFrugal(true);
}

/** The same for as long as the work takes: what starts PostgreSQL runs once, and is not worth optimising. */
export async function whileFrugal<T>(work: () => Promise<T>): Promise<T> {
  beFrugal(true);
  try {
    return await work();
  } finally {
    if (!isLasting) beFrugal(false);
  }
}

function beFrugal(isFrugal: boolean): void {
  const [onlyFirst, ...laterTiers] = FLAGS;
  setFlagsFromString(isFrugal ? `--${onlyFirst}` : `--no-${onlyFirst}`);
  for (const flag of laterTiers) setFlagsFromString(isFrugal ? `--no-${flag}` : `--${flag}`);
}
