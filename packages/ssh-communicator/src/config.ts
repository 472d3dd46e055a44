import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { z } from "zod";
import { durationField } from "./duration.ts";
import { messageOf, SshError } from "./errors.ts";
import type { SshOptions } from "./options.ts";

/**
 * The settings that a builder takes for SSH, named as the official plugins' are.
 *
 * Source: packer-plugin-sdk `communicator/config.go`.
 */
export const sshFields = {
  ssh_host: z
    .string()
    .min(1)
    .optional()
    .describe("The machine's address. Default: the one that the builder finds."),
  ssh_port: z.int().min(1).max(65_535).default(22).describe("The port of the SSH server."),
  ssh_username: z.string().min(1).optional().describe("The user to log in as."),
  ssh_password: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "The password to log in with.", sensitive: true }),
  ssh_private_key_file: z
    .string()
    .min(1)
    .optional()
    .describe("The file of the private key to log in with; it has no passphrase."),
  ssh_agent_auth: z
    .boolean()
    .default(false)
    .describe("Log in with the keys of the SSH agent at SSH_AUTH_SOCK."),
  ssh_pty: z.boolean().default(false).describe("Run commands in a terminal."),
  ssh_timeout: durationField("5m").describe("How long to wait for SSH, such as 10m."),
  ssh_handshake_attempts: z
    .int()
    .min(0)
    .default(10)
    .describe("How often the login may be refused; 0 for any number of times."),
  ssh_keep_alive_interval: durationField("5s").describe(
    "How often to show life on an idle connection; 0 for never.",
  ),
  ssh_ciphers: z.array(z.string()).default([]).describe("The ciphers to offer."),
  ssh_key_exchange_algorithms: z
    .array(z.string())
    .default([])
    .describe("The key exchange algorithms to offer."),
  ssh_file_transfer_method: z
    .literal("sftp", "can only be sftp; leave it out")
    .default("sftp")
    .describe("How files are copied: sftp."),
  ssh_disable_agent_forwarding: z.boolean().default(true).describe("The agent is never forwarded."),
  pause_before_connecting: durationField("0s").describe(
    "How long to wait after SSH answers for the first time before it is used, such as 30s.",
  ),
};

/** The settings for SSH, checked and completed. */
export type SshSettings = z.output<z.ZodObject<typeof sshFields>>;

const BASTION = "bastion hosts are not supported; run Packer where it reaches the machine";
const PROXY = "proxies are not supported; run Packer where it reaches the machine";
const TUNNELS = "tunnels are not supported; run Packer where it reaches the machine";

/** Options of the official plugins for SSH that are left out: what to do instead. */
export const leftOutOfSsh = {
  ssh_bastion_agent_auth: BASTION,
  ssh_bastion_certificate_file: BASTION,
  ssh_bastion_host: BASTION,
  ssh_bastion_interactive: BASTION,
  ssh_bastion_password: BASTION,
  ssh_bastion_port: BASTION,
  ssh_bastion_private_key_file: BASTION,
  ssh_bastion_username: BASTION,
  ssh_certificate_file: "certificates are not supported; use ssh_private_key_file",
  ssh_local_tunnels: TUNNELS,
  ssh_proxy_host: PROXY,
  ssh_proxy_password: PROXY,
  ssh_proxy_port: PROXY,
  ssh_proxy_username: PROXY,
  ssh_read_write_timeout: "use ssh_keep_alive_interval, by which a lost connection is noticed",
  ssh_remote_tunnels: TUNNELS,
  ssh_wait_timeout: "use ssh_timeout",
} as const;

/** Says what is wrong with settings for a machine that is reached over SSH: attributes and messages. */
export function checkSshSettings(
  settings: SshSettings,
  refuse: (attribute: keyof SshSettings, message: string) => void,
): void {
  if (settings.ssh_username === undefined) {
    refuse("ssh_username", "is missing; name the user that the image lets in, such as ubuntu");
  }
  if (!settings.ssh_disable_agent_forwarding) {
    refuse("ssh_disable_agent_forwarding", "can only be true: the agent is never forwarded");
  }
  if (settings.ssh_agent_auth && !process.env["SSH_AUTH_SOCK"]) {
    refuse("ssh_agent_auth", "needs an agent; start one, so that SSH_AUTH_SOCK names its socket");
  }
}

/**
 * The options of a connection, from a builder's settings.
 *
 * @param found What the builder knows: the address, and the key that it made.
 * @throws {SshError} `SSH_BAD_SETTING` where the private key's file cannot be read.
 */
export async function readSshOptions(
  settings: SshSettings,
  found: { host: string; privateKey?: string | undefined },
): Promise<SshOptions> {
  const file = settings.ssh_private_key_file;
  return {
    host: settings.ssh_host ?? found.host,
    port: settings.ssh_port,
    username: settings.ssh_username ?? "",
    password: settings.ssh_password,
    privateKey: file === undefined ? found.privateKey : await readKey(file),
    agent: settings.ssh_agent_auth ? process.env["SSH_AUTH_SOCK"] : undefined,
    timeout: settings.ssh_timeout,
    handshakeAttempts: settings.ssh_handshake_attempts,
    keepAliveInterval: settings.ssh_keep_alive_interval,
    pty: settings.ssh_pty,
    ciphers: settings.ssh_ciphers,
    keyExchanges: settings.ssh_key_exchange_algorithms,
  };
}

async function readKey(file: string): Promise<Buffer> {
  try {
    return await readFile(file.replace(/^~(?=\/|$)/, homedir()));
  } catch (cause) {
    throw new SshError(
      "SSH_BAD_SETTING",
      `the private key ${file} cannot be read (${messageOf(cause)}): check ssh_private_key_file`,
      { cause },
    );
  }
}
