/** How to reach a machine. */
export interface SshOptions {
  host: string;
  port: number;
  username: string;
  password?: string | undefined;
  /** The text of a private key's file. */
  privateKey?: string | Buffer | undefined;
  /** The path of an agent's socket, or `pageant`. */
  agent?: string | undefined;
  /** The host key that must show, as `SHA256:…`; by default the one that shows first, from then on. */
  hostKey?: string | undefined;
  /** How long a connection may take to come about, in milliseconds, all attempts together. */
  timeout: number;
  /** How often the machine may refuse the user; 0 for as often as it likes. */
  handshakeAttempts: number;
  /** How often to show life on an idle connection, in milliseconds; 0 for never. */
  keepAliveInterval: number;
  /** Run commands in a terminal. */
  pty: boolean;
  /** Names of ciphers and of key exchange algorithms to offer; empty for the usual ones. */
  ciphers?: readonly string[];
  keyExchanges?: readonly string[];
  /** The pause after a failed attempt, in milliseconds; it doubles up to 5 s. Default: 250. */
  retryPause?: number;
}

/** Who and where, for messages. */
export function addressOf({ username, host, port }: SshOptions): string {
  return `${username}@${host.includes(":") ? `[${host}]` : host}:${port}`;
}
