import type { Readable, Writable } from "node:stream";

/** A command for the machine being built. */
export interface RemoteCommand {
  command: string;
  stdin?: Readable;
  stdout?: Writable;
  stderr?: Writable;
}

/** What is known of a file besides its content. */
export interface FileInfo {
  name: string;
  /** In bytes. */
  size: number;
  /** Unix permission bits, such as 0o755. */
  mode: number;
  modifiedAt: Date;
}

/**
 * The exit status of a command whose connection ended before it did, as a restart does it.
 *
 * Source: `CmdDisconnect`, packer-plugin-sdk `packer/communicator.go`.
 */
export const DISCONNECTED = 2_300_218;

/** Options that every transfer and command takes. */
export interface CommunicatorOptions {
  /** Ends the command or transfer early; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Reaches into the machine being built: runs commands, copies files both ways. Contents are streamed.
 *
 * Source: the interface `Communicator`, packer-plugin-sdk `packer/communicator.go`.
 */
export interface Communicator {
  /**
   * Runs a command to its end and answers its exit status. Ends `stdout` and `stderr` when it is over.
   *
   * @throws {Error} A number as the error's `exitStatus`, such as {@link DISCONNECTED}, is what Packer is told then.
   * Without one it may take the command for one that did not start, and starts it again for minutes.
   */
  start(command: RemoteCommand, options?: CommunicatorOptions): Promise<number>;
  /** Writes `content` to `path` on the machine. */
  upload(
    path: string,
    content: Readable,
    info?: FileInfo,
    options?: CommunicatorOptions,
  ): Promise<void>;
  /** Copies a local folder; a `source` that ends in `/` copies what is in it, not the folder itself. */
  uploadDirectory(
    destination: string,
    source: string,
    exclude: readonly string[],
    options?: CommunicatorOptions,
  ): Promise<void>;
  /** Reads the file at `path` into `destination`, which is ended when all is written. */
  download(path: string, destination: Writable, options?: CommunicatorOptions): Promise<void>;
  /** Copies a folder of the machine here. */
  downloadDirectory(
    source: string,
    destination: string,
    exclude: readonly string[],
    options?: CommunicatorOptions,
  ): Promise<void>;
}
