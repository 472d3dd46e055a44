import {
  type Command,
  decodeBytesToUtf8,
  defineCommand,
  type ResolvedCommandContext,
} from "just-bash";

/** The option under which a script is started by its path, with the options of its first line. */
const RUN_AS_PROGRAM = "--run-as-program";
const PROGRAM_FOLDERS = /^\/(usr\/)?s?bin\//;
const SHELLS = ["sh", "bash", "dash", "ash"];
const SHORT_OPTIONS = "aefnuvxilsb";

type Executed = Awaited<ReturnType<Command["execute"]>>;

/** A call of a shell, taken apart. */
interface ShellCall {
  /** Such as `e` and `x`. */
  flags: string[];
  /** Such as `pipefail`. */
  longOptions: string[];
  /** The text after `-c`. */
  text: string | undefined;
  runsAsProgram: boolean;
  operands: string[];
}

/**
 * `sh`, `bash`, `dash` and `ash` with the options that scripts and first lines use; just-bash's own know `-c` alone.
 */
export function shellCommands(): Command[] {
  return SHELLS.map((name) =>
    defineCommand(name, (args, context) => runShell(name, args, context)),
  );
}

/**
 * Rewrites a script's calls of programs by path (`/tmp/script.sh`) so that the options of the program's first line
 * (`#!/bin/sh -e`) count; just-bash by itself skips that line.
 */
export function runProgramsByPath<Node extends object>(ast: Node): Node {
  visitNodes(ast, (node) => {
    if (node["type"] !== "SimpleCommand") return;
    const name = node["name"] as { parts: { type: string; value?: string }[] } | null;
    const [part, ...more] = name?.parts ?? [];
    if (part?.type !== "Literal" || part.value === undefined || more.length > 0) return;
    if (!part.value.includes("/") || PROGRAM_FOLDERS.test(part.value)) return;
    node["args"] = [literalWord(RUN_AS_PROGRAM), name, ...(node["args"] as unknown[])];
    node["name"] = literalWord("sh");
  });
  return ast;
}

function literalWord(value: string) {
  return { type: "Word", parts: [{ type: "Literal", value }] };
}

function visitNodes(value: unknown, visit: (node: Record<string, unknown>) => void): void {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) visit(value as Record<string, unknown>);
  for (const child of Object.values(value)) visitNodes(child, visit);
}

async function runShell(
  name: string,
  args: readonly string[],
  context: ResolvedCommandContext,
): Promise<Executed> {
  const call = parseCall(args);
  if (typeof call === "string") return failure(2, `${name}: ${call}`);
  if (call.text !== undefined) return runText(context, call, call.text, call.operands);
  const [path, ...operands] = call.operands;
  if (path === undefined || call.flags.includes("s")) {
    return runText(context, call, decodeBytesToUtf8(context.stdin), [name, ...call.operands]);
  }
  const script = await readScript(context, path, call.runsAsProgram ? "bash" : name, call);
  if (typeof script !== "string") return script;
  return runText(context, call, script, [path, ...operands]);
}

function parseCall(args: readonly string[]): ShellCall | string {
  const call: ShellCall = {
    flags: [],
    longOptions: [],
    text: undefined,
    runsAsProgram: false,
    operands: [],
  };
  const rest = [...args];
  let takesText = false;
  for (;;) {
    const option = rest[0];
    if (option === undefined || option === "-" || !/^[-+]/.test(option)) break;
    rest.shift();
    if (option === "--") break;
    if (option === RUN_AS_PROGRAM) call.runsAsProgram = true;
    else if (option.startsWith("--")) continue;
    else {
      for (const flag of option.slice(1)) {
        if (flag === "c") takesText = true;
        else if (flag === "o") call.longOptions.push(rest.shift() ?? "");
        else if (SHORT_OPTIONS.includes(flag)) call.flags.push(flag);
        else return `${option}: invalid option`;
      }
    }
    if (call.runsAsProgram) break;
  }
  if (takesText) {
    call.text = rest.shift();
    if (call.text === undefined) return "-c: option requires an argument";
  }
  call.operands = rest;
  return call;
}

/** The text of a script, with the options of its first line added to the call; or why it cannot be run. */
async function readScript(
  context: ResolvedCommandContext,
  path: string,
  shell: string,
  call: ShellCall,
): Promise<string | Executed> {
  const absolute = context.fs.resolvePath(context.cwd, path);
  if (!(await context.fs.exists(absolute))) {
    return failure(127, `${shell}: ${path}: No such file or directory`);
  }
  const { isDirectory, mode } = await context.fs.stat(absolute);
  if (isDirectory) return failure(126, `${shell}: ${path}: Is a directory`);
  if (call.runsAsProgram && (mode & 0o111) === 0) {
    return failure(126, `${shell}: ${path}: Permission denied`);
  }
  const script = await context.fs.readFile(absolute);
  if (script.includes("\0")) return failure(126, `${shell}: ${path}: cannot execute binary file`);
  return call.runsAsProgram ? applyFirstLine(script, path, call) : script;
}

/** Adds what a script's first line asks of the shell; only shells can run a script here. */
function applyFirstLine(script: string, path: string, call: ShellCall): string | Executed {
  const line = /^#!([^\n]*)/.exec(script)?.[1]?.trim() ?? "/bin/sh";
  const words = line.split(/\s+/);
  const interpreter = words.shift() ?? "";
  const program = interpreter.endsWith("/env") ? (words.shift() ?? "") : interpreter;
  if (!SHELLS.includes(program.slice(program.lastIndexOf("/") + 1))) {
    return failure(126, `bash: ${path}: ${program}: bad interpreter: No such file or directory`);
  }
  const parsed = parseCall(words);
  if (typeof parsed === "string") return failure(2, `bash: ${path}: ${parsed}`);
  call.flags.push(...parsed.flags);
  call.longOptions.push(...parsed.longOptions);
  return script;
}

async function runText(
  context: ResolvedCommandContext,
  call: ShellCall,
  text: string,
  operands: readonly string[],
): Promise<Executed> {
  if (context.origCommand === undefined) return failure(127, "no shell to run the script with");
  const settings = [
    // A nested shell of just-bash has the caller's exported variables, but does not export them further.
    ...Object.keys(context.exportedEnv ?? {}).map((variable) => `export ${variable}`),
    ...call.flags.filter((flag) => "aefnuvx".includes(flag)).map((flag) => `set -${flag}`),
    ...call.longOptions.map((option) => `set -o ${option}`),
  ];
  return context.origCommand(["-c", `${settings.join("\n")}\n${text}`, ...operands]);
}

function failure(exitCode: number, message: string): Executed {
  return { stdout: "", stderr: `${message}\n`, exitCode };
}
