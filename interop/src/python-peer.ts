import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cachedFile } from "./cache.ts";
import { describeFailure, startCommand } from "./command.ts";
import { ensureDebianProgram } from "./debian.ts";
import { peersFolder } from "./paths.ts";
import { PeerError } from "./peer-error.ts";

/** The names of all peers that are installed from Python packages: the folders with a `requirements.txt`. */
export function pythonPeerNames(): string[] {
  return readdirSync(peersFolder).filter((name) => existsSync(requirementsOf(name)));
}

/**
 * Installs a Python peer into a virtual environment of its own where the cache does not hold it yet, and answers the path
 * of its Python. Programs are run with `-m`: their start scripts name the folder that the environment was made in.
 *
 * @throws {PeerError} `PEER_MISSING` where there is no Python; `PEER_NOT_BUILT` with what pip printed.
 */
export async function installPythonPeer(name: string): Promise<string> {
  const python = await ensureDebianProgram(name, "python3", "python3-venv");
  const { stdout: version } = await startCommand(python, ["--version"]);
  const environment = await cachedFile(name, fingerprint(name, version), async (folder) => {
    console.error(`${name}: installing for ${version}; half a minute`);
    await run(name, python, ["-m", "venv", folder]);
    const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    await run(name, `${folder}/bin/python`, [...install, "--requirement", requirementsOf(name)]);
  });
  return `${environment}/bin/python`;
}

async function run(peer: string, program: string, args: readonly string[]): Promise<void> {
  const result = await startCommand(program, args);
  if (!result.failed) return;
  const message = `could not be installed; it needs Python 3.11 or newer with venv (Debian's python3-venv) and a Python package index: ${describeFailure(result)}`;
  throw new PeerError("PEER_NOT_BUILT", peer, message);
}

function requirementsOf(name: string): string {
  return `${peersFolder}/${name}/requirements.txt`;
}

/** Everything that the environment depends on: the requirements name each package with its version. */
function fingerprint(name: string, version: string): string {
  const hash = createHash("sha256").update(`${version}\0`);
  return hash
    .update(readFileSync(requirementsOf(name)))
    .digest("hex")
    .slice(0, 16);
}
