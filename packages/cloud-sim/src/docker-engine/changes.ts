import { posix } from "node:path";
import {
  DockerfileError,
  expandVariables,
  type Instruction,
  jsonWords,
  parseInstruction,
  parsePairs,
  splitWords,
} from "./dockerfile.ts";
import { type ContainerConfig, environmentOf } from "./model.ts";

const SHELL = ["/bin/sh", "-c"];

/** The instructions that a commit or an import takes. Source: `validCommitCommands`, moby `builder/dockerfile`. */
const CHANGE_KEYWORDS = [
  "CMD",
  "ENTRYPOINT",
  "ENV",
  "EXPOSE",
  "LABEL",
  "ONBUILD",
  "USER",
  "VOLUME",
  "WORKDIR",
];

/** A configuration that instructions change one after the other. */
export interface ConfigState {
  config: ContainerConfig;
  /** Whether one of the instructions was `CMD`: if not, an `ENTRYPOINT` drops the command that was there before. */
  isCommandSet: boolean;
}

/**
 * A configuration with the Dockerfile instructions that come with a commit or an import.
 *
 * @throws {DockerfileError}
 */
export function applyChanges(base: ContainerConfig, changes: readonly string[]): ContainerConfig {
  let state: ConfigState = { config: base, isCommandSet: false };
  for (const change of changes) {
    const word = /^\s*(\S*)/.exec(change)?.[1]?.toLowerCase() ?? "";
    if (!CHANGE_KEYWORDS.includes(word.toUpperCase())) {
      throw new DockerfileError(`${word} is not a valid change command`);
    }
    state = applyInstruction(state, parseInstruction(change));
  }
  return state.config;
}

/** The words of `CMD`, `ENTRYPOINT` and `RUN`. */
export function commandWords(rest: string): string[] {
  return jsonWords(rest) ?? [...SHELL, rest];
}

/**
 * A configuration with what an instruction changes.
 *
 * @throws {DockerfileError} for instructions that are not about the configuration.
 */
export function applyInstruction(state: ConfigState, instruction: Instruction): ConfigState {
  const { config, isCommandSet } = state;
  const { keyword, rest } = instruction;
  if (keyword === "CMD")
    return { config: { ...config, Cmd: commandWords(rest) }, isCommandSet: true };
  if (keyword === "ENTRYPOINT") {
    const Cmd = isCommandSet ? config.Cmd : null;
    return { config: { ...config, Entrypoint: commandWords(rest), Cmd }, isCommandSet };
  }
  return { config: { ...config, ...changedFields(config, instruction) }, isCommandSet };
}

function changedFields(
  config: ContainerConfig,
  instruction: Instruction,
): Partial<ContainerConfig> {
  const values = environmentOf(config.Env);
  const expanded = { ...instruction, rest: expandVariables(instruction.rest, values) };
  switch (instruction.keyword) {
    case "ENV": {
      const entries = parsePairs(expanded).map(([name, value]) => `${name}=${value}`);
      return { Env: appendEnvironment(config.Env, entries) };
    }
    case "LABEL":
      return { Labels: { ...config.Labels, ...Object.fromEntries(parsePairs(expanded)) } };
    case "EXPOSE":
      return { ExposedPorts: { ...config.ExposedPorts, ...portsOf(expanded.rest) } };
    case "VOLUME": {
      const paths = jsonWords(instruction.rest) ?? splitWords(expanded.rest);
      return { Volumes: { ...config.Volumes, ...emptyObjects(paths) } };
    }
    case "USER":
      return { User: unquoted(expanded.rest) };
    case "WORKDIR":
      return { WorkingDir: posix.resolve("/", config.WorkingDir, unquoted(expanded.rest)) };
    case "ONBUILD":
      return { OnBuild: [...(config.OnBuild ?? []), instruction.rest] };
    default:
      throw new DockerfileError(
        `${instruction.keyword.toLowerCase()} is not a valid change command`,
      );
  }
}

/** Later entries win, and stay in the place of the first. */
function appendEnvironment(before: string[] | null, entries: string[]): string[] {
  const values = environmentOf([...(before ?? []), ...entries]);
  return Object.entries(values).map(([name, value]) => `${name}=${value}`);
}

function portsOf(rest: string): Record<string, object> {
  return emptyObjects(splitWords(rest).map((port) => (port.includes("/") ? port : `${port}/tcp`)));
}

function emptyObjects(names: readonly string[]): Record<string, object> {
  return Object.fromEntries(names.map((name) => [name, {}]));
}

function unquoted(rest: string): string {
  return splitWords(rest).join(" ");
}
