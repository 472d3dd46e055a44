/** One instruction of a Dockerfile. */
export interface Instruction {
  /** In upper case, such as `ENV`. */
  keyword: string;
  /** What follows the keyword and the flags, continued lines joined. */
  rest: string;
  /** `--from=build` is `from` → `build`. */
  flags: Record<string, string>;
  /** The instruction as it is shown: keyword, flags and rest. */
  text: string;
  /** The first of its lines, from 1. */
  line: number;
}

/** A text is no Dockerfile; the message is the engine's own. */
export class DockerfileError extends Error {
  override readonly name = "DockerfileError";
}

const KEYWORDS = [
  "ARG",
  "CMD",
  "COPY",
  "ENTRYPOINT",
  "ENV",
  "EXPOSE",
  "FROM",
  "LABEL",
  "ONBUILD",
  "RUN",
  "USER",
  "VOLUME",
  "WORKDIR",
];

/** Instructions that exist, but that the stand-in does not carry out. */
const UNSUPPORTED = ["ADD", "HEALTHCHECK", "MAINTAINER", "SHELL", "STOPSIGNAL"];

/**
 * Takes a Dockerfile apart. Comments and empty lines are dropped, lines that end in a backslash are joined.
 *
 * @throws {DockerfileError} for an instruction that is unknown, or that the stand-in cannot carry out.
 */
export function parseDockerfile(text: string): Instruction[] {
  const instructions: Instruction[] = [];
  let pending = "";
  let start = 0;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*#/.test(line) || (pending === "" && line.trim() === "")) continue;
    if (pending === "") start = index + 1;
    const continued = /^(.*?)\\\s*$/.exec(line);
    pending += continued === null ? line : (continued[1] ?? "");
    if (continued !== null) continue;
    instructions.push(parseInstruction(pending, start));
    pending = "";
  }
  if (pending !== "") instructions.push(parseInstruction(pending, start));
  return instructions;
}

/** @throws {DockerfileError} */
export function parseInstruction(source: string, line = 1): Instruction {
  const [, word = "", tail = ""] = /^\s*(\S*)\s*([\s\S]*?)\s*$/.exec(source) ?? [];
  const keyword = word.toUpperCase();
  if (UNSUPPORTED.includes(keyword)) {
    throw new DockerfileError(`line ${line}: this stand-in does not carry out ${keyword}`);
  }
  if (!KEYWORDS.includes(keyword)) {
    throw new DockerfileError(
      `dockerfile parse error line ${line}: unknown instruction: ${keyword}`,
    );
  }
  const flags: Record<string, string> = {};
  let rest = tail;
  for (;;) {
    const flag = /^--([a-z]+)(?:=(\S*))?\s+/.exec(rest);
    if (flag?.[1] === undefined) break;
    flags[flag[1]] = flag[2] ?? "";
    rest = rest.slice(flag[0].length);
  }
  if (rest === "") {
    const wanted = keyword === "FROM" ? "either one or three arguments" : "at least one argument";
    throw new DockerfileError(`dockerfile parse error line ${line}: ${keyword} requires ${wanted}`);
  }
  const instruction = { keyword, rest, flags, text: `${keyword} ${tail}`, line };
  if (keyword === "ENV" || keyword === "LABEL") parsePairs(instruction);
  return instruction;
}

/** The words of `["a", "b"]`; `undefined` for the other form, which a shell reads. */
export function jsonWords(rest: string): string[] | undefined {
  if (!rest.startsWith("[")) return undefined;
  try {
    const words: unknown = JSON.parse(rest);
    const isList = Array.isArray(words) && words.every((word) => typeof word === "string");
    return isList ? (words as string[]) : undefined;
  } catch {
    return undefined;
  }
}

/** Splits at white space, and takes quotes and backslashes off. */
export function splitWords(rest: string): string[] {
  const words: string[] = [];
  const pattern = /(?:[^\s"'\\]|\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"|'[^']*')+/g;
  for (const [word] of rest.matchAll(pattern)) words.push(unquote(word));
  return words;
}

function unquote(word: string): string {
  return word.replace(
    /"((?:[^"\\]|\\[\s\S])*)"|'([^']*)'|\\([\s\S])/g,
    (_all, double, single, one) => {
      if (double !== undefined) return (double as string).replace(/\\(["\\$])/g, "$1");
      return (single as string | undefined) ?? (one as string);
    },
  );
}

/** The pairs of `A=1 B="two words"`, or of the old form `A one and all the rest`. */
export function parsePairs({ keyword, rest }: Instruction): [name: string, value: string][] {
  const words = splitWords(rest);
  if (!words[0]?.includes("=")) {
    const [, name = "", value] = /^(\S+)\s+([\s\S]+)$/.exec(rest) ?? [];
    if (value !== undefined) return [[name, unquote(value)]];
    throw new DockerfileError(`${keyword} must have two arguments`);
  }
  return words.map((word) => {
    const mark = word.indexOf("=");
    if (mark > 0) return [word.slice(0, mark), word.slice(mark + 1)];
    throw new DockerfileError(
      `Syntax error - can't find = in ${JSON.stringify(word)}. Must be of the form: name=value`,
    );
  });
}

/** Puts the values of variables in: `$A`, `${A}`, `${A:-otherwise}`, `${A:+instead}`. Quoted by `'` they stay. */
export function expandVariables(text: string, values: Readonly<Record<string, string>>): string {
  const pattern = /'[^']*'|\\\$|\$(\w+)|\$\{(\w+)(?::([-+])([^}]*))?\}/g;
  return text.replace(pattern, (all, plain, name, how, other) => {
    if (all.startsWith("'")) return all;
    if (all === "\\$") return "$";
    const value = values[plain ?? name] ?? "";
    if (how === "-") return value === "" ? other : value;
    if (how === "+") return value === "" ? "" : other;
    return value;
  });
}
