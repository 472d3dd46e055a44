import { describeFailure, startCommand } from "./command.ts";
import { PeerError } from "./peer-error.ts";

/**
 * Makes sure that a program is there, installing its Debian package where it is not and we may.
 *
 * @returns the program's absolute path.
 * @throws {PeerError} `PEER_MISSING` where it is not there and cannot be installed, with what to run.
 */
export async function ensureDebianProgram(
  peer: string,
  program: string,
  debianPackage: string,
): Promise<string> {
  const found = await findProgram(program);
  if (found !== undefined) return found;

  const install = ["install", "-y", "--no-install-recommends", debianPackage];
  if (process.getuid?.() !== 0 || (await findProgram("apt-get")) === undefined) {
    throw missing(peer, program, `run "apt-get ${install.join(" ")}" as root`);
  }
  console.error(`${peer}: installing Debian's ${debianPackage}`);
  // The package lists may be absent or stale: they are fetched only where the first try fails.
  const result = await aptGet(install);
  if (result.failed) {
    await aptGet(["update"]);
    const again = await aptGet(install);
    if (again.failed) throw missing(peer, program, describeFailure(again));
  }
  const installed = await findProgram(program);
  if (installed === undefined) {
    throw missing(peer, program, `Debian's ${debianPackage} is installed and does not hold it`);
  }
  return installed;
}

/** The absolute path of a program on the PATH; `undefined` where there is none. */
async function findProgram(program: string): Promise<string | undefined> {
  const { stdout, failed } = await startCommand("sh", ["-c", 'command -v "$1"', "sh", program]);
  return failed ? undefined : stdout;
}

function aptGet(args: readonly string[]) {
  return startCommand("apt-get", ["-q", "-o", "DPkg::Lock::Timeout=120", ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}

function missing(peer: string, program: string, cure: string): PeerError {
  return new PeerError("PEER_MISSING", peer, `needs the program "${program}": ${cure}`);
}
