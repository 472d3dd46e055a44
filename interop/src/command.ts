import { execa, type Result, type ResultPromise } from "execa";

/** How to run a command. Its output is captured; it is ended together with this process. */
export interface CommandOptions {
  cwd?: string;
  /** The whole environment; by default, that of this process. */
  env?: Readonly<Record<string, string | undefined>>;
  /** After so many milliseconds the command gets SIGTERM, and five seconds later SIGKILL. */
  timeout?: number;
  signal?: AbortSignal;
}

const captured = { all: true, reject: false, stdin: "ignore" } as const;

/** A command that runs: awaiting it answers how it ended. `kill` and `pid` reach the process meanwhile. */
export type RunningCommand = ResultPromise<typeof captured>;

/** How a command ended: `exitCode`, `signal`, `timedOut`, `stdout`, `stderr`, and both interleaved as `all`. */
export type CommandResult = Result<typeof captured>;

/**
 * Starts a command whose failure is the caller's to judge: it never rejects, and a program that is not there is a
 * result with the `code` `ENOENT`.
 */
export function startCommand(
  program: string,
  args: readonly string[],
  { signal, ...options }: CommandOptions = {},
): RunningCommand {
  return execa(program, args, {
    ...options,
    cancelSignal: signal,
    extendEnv: options.env === undefined,
    ...captured,
  });
}

/** One line on how a command that failed ended, and the last lines that it printed. */
export function describeFailure(result: CommandResult): string {
  const printed = result.all.trimEnd().split("\n").slice(-20).join("\n");
  return `${result.shortMessage ?? result.escapedCommand}\n${printed}`.trimEnd();
}
