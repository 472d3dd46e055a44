import { ARTIFACT_STATE_URI } from "./artifact.ts";
import type { Image } from "./image.ts";

/** How {@link answerState} reports that the metadata could not be made. */
export type StateFailureLog = (message: string, error: unknown) => void;

/**
 * Answers a state query the way every artifact should, so that none repeats the try, catch and log.
 *
 * Under the metadata key it answers what `makeMetadata` makes, afresh at each query; where that throws, the failure
 * is logged and the answer is `undefined`, so that a build that succeeded is not lost to its metadata. Any other
 * name is looked up in `data`, of which a deep copy is answered; what `data` only inherits is never answered.
 *
 * ```ts
 * state(name: string): unknown {
 *   return answerState(name, this.#data, () => fromArtifact(this, withRegion(this.#region)));
 * }
 * ```
 *
 * Source: the `State` examples on HashiCorp's page "HCP Packer Support".
 */
export function answerState(
  name: string,
  data: Readonly<Record<string, unknown>>,
  makeMetadata?: () => Image | Image[],
  log: StateFailureLog = logToStderr,
): unknown {
  if (name !== ARTIFACT_STATE_URI) {
    return Object.hasOwn(data, name) ? structuredClone(data[name]) : undefined;
  }
  try {
    return makeMetadata?.();
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    log(`could not make the image metadata for the registry: ${cause}`, error);
    return undefined;
  }
}

/** Stderr is where a plugin's log goes; Packer shows it under PACKER_LOG. */
function logToStderr(message: string): void {
  process.stderr.write(`[ERROR] ${message}\n`);
}
