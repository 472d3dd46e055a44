/** Tells how far a transfer has come. */
export interface ProgressTracker {
  /** Adds to the number of bytes transferred so far. */
  advance(bytes: number): void;
  /** Ends the display; safe to call twice. */
  close(): void;
}

/**
 * How a component speaks to the person at the terminal. Messages appear in the order in which they were sent.
 *
 * Source: the interface `Ui`, packer-plugin-sdk `packer/ui.go`.
 */
export interface Ui {
  /** Says what is being done. */
  say(message: string): void;
  /** Says that something went wrong. */
  error(message: string): void;
  /** Emits a line for programs (`packer build -machine-readable`). */
  machine(category: string, ...values: string[]): void;
  /** Asks a question and answers the line typed. */
  ask(question: string): Promise<string>;
  /** Starts a progress bar for `source`; sizes are in bytes, a total of 0 means unknown. */
  trackProgress(source: string, currentSize: number, totalSize: number): ProgressTracker;
}
