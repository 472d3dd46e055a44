import { mkdir, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { userInfo } from "node:os";
import { describeFailure, startCommand } from "./command.ts";
import { startDaemon } from "./daemon.ts";
import { ensureDebianProgram } from "./debian.ts";
import { PeerError } from "./peer-error.ts";

const PEER = "openssh";

/** How often the keys are asked for, in milliseconds. */
const KEYS_PERIOD = 50;

/** An OpenSSH server on 127.0.0.1 that lets in whoever has one of the keys; its commands run on this machine. */
export interface OpenSsh extends AsyncDisposable {
  readonly port: number;
  /** Who may log in: the user that runs this process. */
  readonly username: string;
  /** A folder that is removed with the server. */
  readonly folder: string;
  stop(): Promise<void>;
}

/**
 * Makes sure that sshd is there, from Debian's `openssh-server`.
 *
 * @returns its absolute path, without which it does not start.
 * @throws {PeerError} `PEER_MISSING` where it is not there and cannot be installed.
 */
export function installOpenSsh(): Promise<string> {
  return ensureDebianProgram(PEER, "sshd", "openssh-server");
}

/**
 * Starts a server with a host key and a configuration of its own.
 *
 * @param authorizedKeys Answers the lines of its `authorized_keys`, again and again: a cloud's key pairs come and go.
 * @throws {PeerError} `PEER_MISSING`; `PEER_NOT_READY` with the end of its log.
 */
export async function startOpenSsh(authorizedKeys: () => readonly string[]): Promise<OpenSsh> {
  const program = await installOpenSsh();
  // Run by root, sshd wants this folder, which Debian's service makes when it starts.
  if (process.getuid?.() === 0) await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
  const port = await freePort();
  const daemon = await startDaemon({
    peer: PEER,
    command: async (folder) => {
      await makeHostKey(folder);
      await writeFile(`${folder}/sshd_config`, configuration(folder, port));
      return [program, "-D", "-e", "-f", `${folder}/sshd_config`];
    },
    probe: () => answers(port),
  });
  const { folder } = daemon;
  const keys = setInterval(() => {
    writeFile(`${folder}/authorized_keys`, `${authorizedKeys().join("\n")}\n`).catch(() => {});
  }, KEYS_PERIOD);
  const stop = async () => {
    clearInterval(keys);
    await daemon.stop();
  };
  return { port, username: userInfo().username, folder, stop, [Symbol.asyncDispose]: stop };
}

function configuration(folder: string, port: number): string {
  const settings = {
    ListenAddress: "127.0.0.1",
    Port: port,
    HostKey: `${folder}/host_key`,
    AuthorizedKeysFile: `${folder}/authorized_keys`,
    PidFile: "none",
    PermitRootLogin: "prohibit-password",
    PasswordAuthentication: "no",
    KbdInteractiveAuthentication: "no",
    // The folder is in a temporary one, which others may write to.
    StrictModes: "no",
    UsePAM: "no",
    PrintMotd: "no",
    Subsystem: "sftp internal-sftp",
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value}\n`)
    .join("");
}

async function makeHostKey(folder: string): Promise<void> {
  const keygen = await ensureDebianProgram(PEER, "ssh-keygen", "openssh-client");
  const args = ["-q", "-t", "ed25519", "-N", "", "-f", `${folder}/host_key`];
  const made = await startCommand(keygen, args);
  if (made.failed) throw new PeerError("PEER_NOT_READY", PEER, describeFailure(made));
}

/** A port that nothing listens on: sshd cannot choose one by itself. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Resolves once a server says that it speaks SSH. */
function answers(port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect(port, "127.0.0.1");
  socket.on("data", () => resolve());
  socket.on("error", reject);
  socket.on("close", () => reject(new Error("it closed the connection")));
  return promise.finally(() => socket.destroy());
}
