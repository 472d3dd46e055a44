import type { Ui } from "@packerkit/plugin-protocol";
import { messageOf } from "../errors.ts";
import { masked } from "../log.ts";

/** The same `Ui`, with sensitive values masked in whatever it is told. */
export function maskedUi(ui: Ui): Ui {
  return {
    say: (message) => ui.say(masked(message)),
    error: (message) => ui.error(masked(message)),
    machine: (category, ...values) => ui.machine(category, ...values.map(masked)),
    ask: (question) => ui.ask(masked(question)),
    trackProgress: (source, currentSize, totalSize) =>
      ui.trackProgress(masked(source), currentSize, totalSize),
  };
}

/** Does the work; the message of an error that it throws is masked likewise. */
export async function withMaskedErrors<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const message = messageOf(error);
    const shown = masked(message);
    throw shown === message ? error : new Error(shown, { cause: error });
  }
}
