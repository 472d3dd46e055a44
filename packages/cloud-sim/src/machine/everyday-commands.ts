import {
  type Command,
  defineCommand,
  latin1FromBytes,
  type ResolvedCommandContext,
} from "just-bash";

type Executed = Awaited<ReturnType<Command["execute"]>>;
type Run = (args: string[], context: ResolvedCommandContext) => Executed | Promise<Executed>;

const SYSTEM_NAMES = {
  s: "Linux",
  r: "6.1.0-stand-in",
  v: "#1 SMP stand-in",
  m: "x86_64",
  o: "GNU/Linux",
};

/** Commands that provisioning scripts use and just-bash lacks, or answers for an ordinary user instead of root. */
export function everydayCommands(hostname: string): Command[] {
  const commands: Record<string, Run> = {
    uname: (args) => uname(args, hostname),
    hostname: () => output(`${hostname}\n`),
    whoami: () => output("root\n"),
    id,
    arch: () => output(`${SYSTEM_NAMES.m}\n`),
    nproc: () => output("1\n"),
    sync: () => output(""),
    umask: (args) => output(args.length === 0 ? "0022\n" : ""),
    chown: changeOwner,
    chgrp: changeOwner,
    mktemp,
    sudo,
  };
  return Object.entries(commands).map(([name, run]) =>
    defineCommand(name, async (args, context) => run(args, context)),
  );
}

function uname(args: readonly string[], hostname: string): Executed {
  const names: Record<string, string> = { ...SYSTEM_NAMES, n: hostname };
  const asked = args.join("").replaceAll("-", "") || "s";
  const unknown = [...asked].find((letter) => letter !== "a" && !(letter in names));
  if (unknown !== undefined) return refuse("uname", `invalid option -- '${unknown}'`);
  const order = ["s", "n", "r", "v", "m", "o"];
  const shown = order.filter((letter) => asked.includes("a") || asked.includes(letter));
  return output(`${shown.map((letter) => names[letter]).join(" ")}\n`);
}

function id(args: readonly string[]): Executed {
  const options = args
    .filter((arg) => arg.startsWith("-"))
    .join("")
    .replaceAll("-", "");
  const user = args.find((arg) => !arg.startsWith("-")) ?? "root";
  if (user !== "root" && user !== "0") return refuse("id", `'${user}': no such user`);
  if (options === "") return output("uid=0(root) gid=0(root) groups=0(root)\n");
  return output(options.includes("n") ? "root\n" : "0\n");
}

/** Everything belongs to root here; what can be checked is that the files exist. */
async function changeOwner(
  args: readonly string[],
  context: ResolvedCommandContext,
): Promise<Executed> {
  const [owner, ...paths] = args.filter((arg) => !arg.startsWith("-"));
  if (owner === undefined || paths.length === 0) return refuse("chown", "missing operand");
  for (const path of paths) {
    if (await context.fs.exists(context.fs.resolvePath(context.cwd, path))) continue;
    return refuse("chown", `cannot access '${path}': No such file or directory`);
  }
  return output("");
}

async function mktemp(args: readonly string[], context: ResolvedCommandContext): Promise<Executed> {
  const template = args.find((arg) => !arg.startsWith("-")) ?? "/tmp/tmp.XXXXXXXXXX";
  if (!/X{3,}$/.test(template)) return refuse("mktemp", `too few X's in template '${template}'`);
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  const path = template.replace(/X+$/, (marks) =>
    [...marks].map(() => letters[Math.floor(Math.random() * letters.length)]).join(""),
  );
  const absolute = context.fs.resolvePath(context.cwd, path);
  if (args.includes("-d")) await context.fs.mkdir(absolute, { recursive: true });
  else await context.fs.writeFile(absolute, "");
  await context.fs.chmod(absolute, args.includes("-d") ? 0o700 : 0o600);
  return output(`${path}\n`);
}

/** Everyone is root already, so what is left is to run the rest. */
async function sudo(args: readonly string[], context: ResolvedCommandContext): Promise<Executed> {
  let start = 0;
  while (args[start]?.startsWith("-"))
    start += ["-u", "-g", "-p"].includes(args[start] ?? "") ? 2 : 1;
  let assignments = start;
  while (/^\w+=/.test(args[assignments] ?? "")) assignments += 1;
  if (assignments >= args.length) return refuse("sudo", "no command was given");
  if (context.exec === undefined) return refuse("sudo", "no shell to run the command with");
  const exported = Object.keys(context.exportedEnv ?? {}).map((name) => `export ${name}; `);
  const words = [
    ...args.slice(start, assignments).map(quoteAssignment),
    ...args.slice(assignments).map(quoteWord),
  ];
  return context.exec(exported.join("") + words.join(" "), {
    cwd: context.cwd,
    env: context.exportedEnv ?? {},
    stdin: latin1FromBytes(context.stdin),
    stdinKind: "bytes",
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  });
}

function quoteAssignment(assignment: string): string {
  const mark = assignment.indexOf("=") + 1;
  return assignment.slice(0, mark) + quoteWord(assignment.slice(mark));
}

/** A word as a shell reads it back; a plain path stays bare, so that it counts as the name of a program. */
export function quoteWord(word: string): string {
  return /^[\w.@+-]*\/[\w./@+-]*$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function output(stdout: string): Executed {
  return { stdout, stderr: "", exitCode: 0 };
}

function refuse(command: string, message: string): Executed {
  return { stdout: "", stderr: `${command}: ${message}\n`, exitCode: 1 };
}
