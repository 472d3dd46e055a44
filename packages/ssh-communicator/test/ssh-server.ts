import { type ChildProcess, spawn } from "node:child_process";
import type { AddressInfo } from "node:net";
import ssh2, { type AuthContext, type Connection, type ServerChannel, type Session } from "ssh2";
import { generateSshKeyPair } from "../src/index.ts";
import { serveSftp } from "./sftp-server.ts";

/** How to start an SSH server. */
export interface SshServerOptions {
  /** Lines of an `authorized_keys` file, or what answers them at each login. */
  authorizedKeys?: readonly string[] | (() => readonly string[]);
  password?: string;
  /** How many logins to refuse first. */
  refuse?: number;
  hostKey?: string;
  port?: number;
}

/** An SSH server on 127.0.0.1 whose commands and files are this machine's own. */
export interface SshServer extends AsyncDisposable {
  readonly port: number;
  /** Who logged in, in order. */
  readonly logins: string[];
  /** The commands that were run, and in which terminal. */
  readonly commands: { command: string; terminal: string | undefined }[];
  /** Cuts all connections, as a restart does. */
  cut(): void;
  close(): Promise<void>;
}

/** Starts a server that lets in who has the password or one of the keys. */
export async function startSshServer(options: SshServerOptions = {}): Promise<SshServer> {
  const hostKey = options.hostKey ?? (await generateSshKeyPair()).privateKey;
  const seen = { logins: [] as string[], commands: [] as SshServer["commands"] };
  const connections = new Set<Connection>();
  const children = new Set<ChildProcess>();
  let refusals = options.refuse ?? 0;

  const server = new ssh2.Server({ hostKeys: [hostKey] }, (connection) => {
    connections.add(connection);
    (connection as unknown as { setNoDelay(on: boolean): void }).setNoDelay(true);
    connection.on("error", () => {});
    connection.on("close", () => connections.delete(connection));
    connection.on("authentication", (context) => {
      if (!isKnown(context, options)) return context.reject(["publickey", "password"]);
      if (context.method === "publickey" && context.signature === undefined)
        return context.accept();
      if (refusals-- > 0) return context.reject(["publickey", "password"]);
      seen.logins.push(context.username);
      context.accept();
    });
    connection.on("session", (accept) => serveSession(accept(), seen.commands, children));
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  const cut = () => {
    for (const connection of connections) {
      (connection as unknown as { _sock: { destroy(): void } })._sock.destroy();
    }
  };
  const close = async () => {
    for (const child of children) child.kill("SIGKILL");
    cut();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  const { port } = server.address() as AddressInfo;
  return { port, ...seen, cut, close, [Symbol.asyncDispose]: close };
}

function isKnown(context: AuthContext, options: SshServerOptions): boolean {
  if (context.method === "password") return context.password === options.password;
  if (context.method !== "publickey") return false;
  const sent = context.key.data.toString("base64");
  const { authorizedKeys = [] } = options;
  const lines = typeof authorizedKeys === "function" ? authorizedKeys() : authorizedKeys;
  const isAuthorized = lines.some((line) => line.split(" ")[1] === sent);
  if (!isAuthorized || context.signature === undefined) return isAuthorized;
  const key = ssh2.utils.parseKey(`${context.key.algo} ${sent}`);
  if (key instanceof Error || context.blob === undefined) return false;
  return key.verify(context.blob, context.signature, context.hashAlgo) === true;
}

function serveSession(
  session: Session,
  commands: SshServer["commands"],
  children: Set<ChildProcess>,
): void {
  let terminal: string | undefined;
  session.on("pty", (accept, _reject, info) => {
    terminal = (info as { term?: string }).term ?? "";
    accept?.();
  });
  session.on("exec", (accept, _reject, { command }) => {
    commands.push({ command, terminal });
    const child = spawn("/bin/sh", ["-c", command], { env: { ...process.env, TERM: terminal } });
    children.add(child);
    serveProcess(accept(), child);
    session.on("signal", (_accept, _reject, { name }) => child.kill(`SIG${name}` as "SIGTERM"));
    child.once("close", () => children.delete(child));
  });
  session.on("sftp", (accept) => serveSftp(accept()));
}

function serveProcess(channel: ServerChannel, child: ChildProcess): void {
  channel.pipe(child.stdin as NodeJS.WritableStream);
  child.stdin?.on("error", () => {});
  child.stdout?.pipe(channel, { end: false });
  child.stderr?.pipe(channel.stderr, { end: false });
  channel.once("close", () => child.kill("SIGKILL"));
  child.once("close", (code, signal) => {
    if (code === null) channel.exit((signal ?? "SIGKILL").slice("SIG".length), false, "killed");
    else channel.exit(code);
    channel.end();
  });
}
