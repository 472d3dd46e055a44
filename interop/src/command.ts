import { execa, type Result, type ResultPromise } from "execa";

/** How to run a command. Its output is captured; it is ended together with this process. */
export interface CommandOptions {
  cwd?: string;
  /** The whole environment; by default, that of this process. */
  env?: Readonly<Record<string, string | undefined>>;
  /** After so many milliseconds the command gets SIGTERM, and five seconds later SIGKILL. */
  timeout?: number;
  signal?: AbortSignal;
  /** Gives the command a process group of its own, for {@link interrupt}. */
  detached?: boolean;
  /** What the command reads on stdin; nothing by default. */
  input?: string;
}

const captured = { all: true, reject: false } as const;

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
  { signal, input = "", ...options }: CommandOptions = {},
): RunningCommand {
  return execa(program, args, {
    ...options,
    cancelSignal: signal,
    input,
    extendEnv: options.env === undefined,
    ...captured,
  });
}

/** Sends SIGINT to the whole process group of a command that was started `detached`, as Ctrl-C on a terminal does. */
export function interrupt(command: RunningCommand): void {
  if (command.pid !== undefined) process.kill(-command.pid, "SIGINT");
}

/** One line on how a command that failed ended, and the last lines that it printed. */
export function describeFailure(result: CommandResult): string {
  const printed = result.all.trimEnd().split("\n").slice(-20).join("\n");
  return `${result.shortMessage ?? result.escapedCommand}\n${printed}`.trimEnd();
}
