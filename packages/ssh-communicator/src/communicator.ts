import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  type Communicator,
  type CommunicatorOptions,
  DISCONNECTED,
  type FileInfo,
  type RemoteCommand,
} from "@packerkit/plugin-protocol";
import { followCommand, startCommand } from "./command.ts";
import { SshConnection } from "./connection.ts";
import { messageOf, SshError } from "./errors.ts";
import { downloadFolder, uploadFolder } from "./folders.ts";
import type { SshOptions } from "./options.ts";
import type { Sftp } from "./sftp.ts";

/**
 * Reaches into a machine over SSH, and copies files over SFTP. A connection that was lost is made anew by the next
 * command or transfer.
 *
 * Source of the behaviour: packer-plugin-sdk `sdk-internals/communicator/ssh/communicator.go`, its SFTP side.
 */
export class SshCommunicator implements Communicator, AsyncDisposable {
  readonly #connection: SshConnection;

  constructor(options: SshOptions) {
    this.#connection = new SshConnection(options);
  }

  /**
   * Connects to the machine, which may still be starting.
   *
   * @throws {SshError} `SSH_TIMEOUT`, `SSH_AUTHENTICATION_FAILED`, `SSH_HOST_KEY_CHANGED`, `SSH_BAD_SETTING`.
   */
  async connect({ signal }: CommunicatorOptions = {}): Promise<void> {
    await this.#connection.client(signal);
  }

  /** Ends the connection for good; twice is harmless. */
  async close(): Promise<void> {
    await this.#connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /**
   * Runs a command in the user's shell. Where the connection ends before the command does, its exit status is
   * {@link DISCONNECTED}.
   *
   * @throws {SshError} `SSH_COMMAND_FAILED`, and what {@link connect} throws.
   */
  async start(command: RemoteCommand, { signal }: CommunicatorOptions = {}): Promise<number> {
    try {
      const channel = await this.#connection.use(signal, (client) =>
        startCommand(client, command.command, this.#connection.pty),
      );
      const status = await followCommand(channel, command, signal);
      if (status === DISCONNECTED) await this.#connection.drop();
      return status;
    } finally {
      command.stdout?.end();
      command.stderr?.end();
    }
  }

  /** @throws {SshError} `SSH_TRANSFER_FAILED` where the folder does not exist or must not be written to. */
  async upload(
    path: string,
    content: Readable,
    info?: FileInfo,
    { signal }: CommunicatorOptions = {},
  ): Promise<void> {
    const target = path.endsWith("/") ? path + (info?.name ?? "") : path;
    const mode = info === undefined ? undefined : info.mode & 0o777;
    await this.#transfer(`upload to ${target}`, signal, (sftp) =>
      sftp.writeFile(target, content, mode, signal),
    );
  }

  /** @throws {SshError} `SSH_TRANSFER_FAILED` */
  async uploadDirectory(
    destination: string,
    source: string,
    exclude: readonly string[],
    { signal }: CommunicatorOptions = {},
  ): Promise<void> {
    await this.#transfer(`upload ${source} to ${destination}`, signal, (sftp) =>
      uploadFolder(sftp, { source, destination, exclude, signal }),
    );
  }

  /** Links are followed. @throws {SshError} `SSH_TRANSFER_FAILED` */
  async download(
    path: string,
    destination: Writable,
    { signal }: CommunicatorOptions = {},
  ): Promise<void> {
    await this.#transfer(`download ${path}`, signal, (sftp) =>
      pipeline(sftp.readFile(path, signal), destination),
    );
  }

  /** It becomes a folder of its name in the destination. @throws {SshError} `SSH_TRANSFER_FAILED` */
  async downloadDirectory(
    source: string,
    destination: string,
    exclude: readonly string[],
    { signal }: CommunicatorOptions = {},
  ): Promise<void> {
    await this.#transfer(`download ${source} to ${destination}`, signal, (sftp) =>
      downloadFolder(sftp, { source, destination, exclude, signal }),
    );
  }

  async #transfer(
    what: string,
    signal: AbortSignal | undefined,
    work: (sftp: Sftp) => Promise<void>,
  ): Promise<void> {
    try {
      await work(await this.#connection.sftp(signal));
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof SshError) throw error;
      throw new SshError(
        "SSH_TRANSFER_FAILED",
        `could not ${what} (${this.#connection.address}): ${messageOf(error)}`,
        { cause: error },
      );
    }
  }
}
