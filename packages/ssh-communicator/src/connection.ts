import type { Client, SFTPWrapper } from "ssh2";
import { connect } from "./connect.ts";
import { SshError } from "./errors.ts";
import { HostKeyMemory } from "./host-key.ts";
import { addressOf, type SshOptions } from "./options.ts";
import { Sftp } from "./sftp.ts";

/**
 * The connection to one machine, made when it is first needed, and made anew when it was lost: a machine that is
 * restarted while it is provisioned comes back under the same address.
 */
export class SshConnection {
  readonly #options: SshOptions;
  readonly #hostKeys: HostKeyMemory;
  #client: Promise<Client> | undefined;
  #sftp: Promise<Sftp> | undefined;
  #isClosed = false;

  constructor(options: SshOptions) {
    this.#options = options;
    this.#hostKeys = new HostKeyMemory(options.hostKey);
  }

  /** For messages: `user@host:port`. */
  get address(): string {
    return addressOf(this.#options);
  }

  get pty(): boolean {
    return this.#options.pty;
  }

  /** @throws {SshError} as {@link connect}, and `SSH_CLOSED` after {@link close}. */
  async client(signal?: AbortSignal): Promise<Client> {
    if (this.#isClosed) {
      throw new SshError("SSH_CLOSED", `the connection to ${this.address} was closed`);
    }
    this.#client ??= this.#connect(signal);
    return await this.#client;
  }

  /**
   * Opens something on the connection. Where that fails, the connection may have been lost unnoticed: it is tried once
   * more on a new one.
   */
  async use<Opened>(
    signal: AbortSignal | undefined,
    open: (client: Client) => Promise<Opened>,
  ): Promise<Opened> {
    const client = await this.client(signal);
    try {
      return await open(client);
    } catch {
      signal?.throwIfAborted();
      await this.drop();
      return await open(await this.client(signal));
    }
  }

  /** The connection for files. */
  async sftp(signal?: AbortSignal): Promise<Sftp> {
    this.#sftp ??= this.use(signal, openSftp);
    const opened = this.#sftp;
    try {
      return await opened;
    } catch (error) {
      if (this.#sftp === opened) this.#sftp = undefined;
      throw error;
    }
  }

  /** Gives up a connection that does not work as it should: the next call makes a new one. */
  async drop(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    this.#forget();
    client?.destroy();
  }

  /** Ends the connection for good; twice is harmless. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const client = await this.#client?.catch(() => undefined);
    this.#forget();
    client?.end();
  }

  async #connect(signal: AbortSignal | undefined): Promise<Client> {
    try {
      const client = await connect(this.#options, this.#hostKeys, signal);
      const made = this.#client;
      client.once("close", () => {
        if (this.#client === made) this.#forget();
      });
      return client;
    } catch (error) {
      this.#forget();
      throw error;
    }
  }

  #forget(): void {
    this.#client = undefined;
    this.#sftp = undefined;
  }
}

async function openSftp(client: Client): Promise<Sftp> {
  const wrapper = await new Promise<SFTPWrapper>((resolve, reject) => {
    client.sftp((error, sftp) => (error === undefined ? resolve(sftp) : reject(error)));
  });
  return new Sftp(wrapper);
}
