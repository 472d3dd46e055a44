import type { Machine, RunResult } from "../machine/machine.ts";
import { DEFAULT_SEARCH_PATH } from "./model.ts";

/** A process of a container. */
export interface ProcessOptions {
  words: readonly string[];
  env: Readonly<Record<string, string>>;
  workingDirectory: string;
  stdin?: Uint8Array;
  signal?: AbortSignal;
}

/** The program does not exist; the message is the engine's own. */
export class NoSuchProgram extends Error {
  override readonly name = "NoSuchProgram";

  constructor(program: string) {
    super(
      program.includes("/")
        ? `exec: ${JSON.stringify(program)}: stat ${program}: no such file or directory: unknown`
        : `exec: ${JSON.stringify(program)}: executable file not found in $PATH: unknown`,
    );
  }
}

/**
 * Runs a process to its end.
 *
 * @throws {NoSuchProgram}
 */
export async function runProcess(machine: Machine, options: ProcessOptions): Promise<RunResult> {
  await requireProgram(machine, options.words[0] ?? "", options.env);
  return machine.runProgram(options.words, {
    env: options.env,
    workingDirectory: options.workingDirectory || "/",
    ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}

/** @throws {NoSuchProgram} */
export async function requireProgram(
  machine: Machine,
  program: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const found = await machine.findProgram(program, env["PATH"] ?? DEFAULT_SEARCH_PATH);
  if (found === undefined) throw new NoSuchProgram(program);
}

/**
 * Whether a container's own process only waits: a shell at an open terminal or input, `tail -f`, `sleep infinity`.
 * The shell in memory cannot run such a command, so the container just stays up.
 */
export function waitsForever(words: readonly string[], hasOpenInput: boolean): boolean {
  const [program = "", ...rest] = words;
  const name = program.slice(program.lastIndexOf("/") + 1);
  switch (name) {
    case "sh":
    case "bash":
    case "ash":
    case "dash":
      return hasOpenInput && rest.every((word) => /^-[il]+$/.test(word));
    case "cat":
      return hasOpenInput && rest.length === 0;
    case "tail":
      return rest.some((word) => /^-\w*[fF]/.test(word));
    case "sleep":
      return /^inf(inity)?$/.test(rest[0] ?? "");
    default:
      return false;
  }
}
