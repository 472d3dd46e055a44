import { startProgram } from "./start-bundle.ts";

/** What the head of a plugin's file needs to know. */
export interface LauncherOptions {
  /** The plugin's name without `packer-plugin-`, such as `docker`. */
  name: string;
  /** The line that `describe` prints. */
  description: string;
  /** Differs for each content of the file. */
  id: string;
}

const OLDEST_NODE = { major: 22, minor: 18 };

/**
 * The first two lines of a plugin's file. The shell takes them for a script, JavaScript takes them for a comment:
 * the shell answers `describe` by itself, since Packer asks every installed plugin on every command, and starts Node
 * on the same file for all else. Where Node is missing it says so in one sentence.
 *
 * `PACKERKIT_NODE` names another Node than the one on the PATH.
 */
export function launcher({ name, description, id }: LauncherOptions): string {
  const script = [
    `if [ "$1" = describe ]; then printf '%s\\n' ${shellQuote(description)}; exit 0; fi`,
    `packerkit_node="\${PACKERKIT_NODE:-node}"`,
    `if ! command -v "$packerkit_node" >/dev/null 2>&1; then echo "packer-plugin-${name} needs Node ${OLDEST_NODE.major}.${OLDEST_NODE.minor} or newer, and there is no $packerkit_node on the PATH: install it, or name it in PACKERKIT_NODE." >&2; exit 1; fi`,
    `exec "$packerkit_node" --disable-warning=ExperimentalWarning --input-type=commonjs -e ${shellQuote(startProgram(id))} -- "$0" "$@"`,
  ].join("; ");
  return `#!/bin/sh\n":" //; ${script}\n`;
}

/** The statement that refuses a Node that is too old, before anything else of the file is run. */
export function nodeCheck(name: string): string {
  const { major, minor } = OLDEST_NODE;
  return `const [packerkitMajor, packerkitMinor] = process.versions.node.split(".").map(Number);
if (packerkitMajor < ${major} || (packerkitMajor === ${major} && packerkitMinor < ${minor})) {
  process.stderr.write("packer-plugin-${name} needs Node ${major}.${minor} or newer, and this is " + process.versions.node + ": install it, or name it in PACKERKIT_NODE.\\n");
  process.exit(1);
}
`;
}

/** The file that starts the plugin on Windows, where the first line of a script counts for nothing. */
export function windowsLauncher(fileName: string): string {
  return `@echo off\r\nnode "%~dp0${fileName}" %*\r\n`;
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
