import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DISCONNECTED, type RemoteCommand } from "@packerkit/plugin-protocol";
import type { Client, ClientChannel, ExecOptions } from "ssh2";
import { messageOf, SshError } from "./errors.ts";

/** The terminal that commands get. Source: packer-plugin-sdk `sdk-internals/communicator/ssh`. */
const TERMINAL: ExecOptions = {
  pty: {
    rows: 40,
    cols: 80,
    height: 0,
    width: 0,
    term: "xterm",
    modes: { ECHO: 0, TTY_OP_ISPEED: 14_400, TTY_OP_OSPEED: 14_400 },
  },
};

/** Follows a command to its end, and answers its exit status: 128 and the signal's number where a signal ended it. */
export async function followCommand(
  channel: ClientChannel,
  { command, stdin, stdout, stderr }: RemoteCommand,
  signal: AbortSignal | undefined,
): Promise<number> {
  const abort = () => {
    channel.signal("TERM");
    channel.destroy();
  };
  signal?.addEventListener("abort", abort, { once: true });
  const exit = exitStatus(channel);
  // The channel may have opened after the command was cancelled.
  if (signal?.aborted === true) abort();
  let inputFailure: Error | undefined;
  const failInput = (error: Error) => {
    inputFailure = error;
    channel.destroy();
  };
  stdin?.on("error", failInput).pipe(channel);
  if (stdin === undefined) channel.end();
  try {
    await Promise.all([copy(channel, stdout), copy(channel.stderr, stderr)]);
    const status = await exit;
    if (inputFailure !== undefined) throw inputFailure;
    return status;
  } catch (error) {
    signal?.throwIfAborted();
    channel.destroy();
    throw new SshError(
      "SSH_COMMAND_FAILED",
      `the command ${shorten(command)} could not be followed to its end: ${messageOf(error)}`,
      { cause: error },
    );
  } finally {
    signal?.removeEventListener("abort", abort);
    stdin?.off("error", failInput).unpipe(channel);
    signal?.throwIfAborted();
  }
}

/** Starts a command, in a terminal or without one. @throws {SshError} `SSH_COMMAND_FAILED` */
export async function startCommand(
  client: Client,
  command: string,
  pty: boolean,
): Promise<ClientChannel> {
  return await new Promise((resolve, reject) => {
    const refuse = (error: unknown) =>
      reject(
        new SshError(
          "SSH_COMMAND_FAILED",
          `the command ${shorten(command)} could not be started: ${messageOf(error)}`,
          { cause: error },
        ),
      );
    const lost = () => refuse(new Error("the connection was lost"));
    client.once("close", lost);
    try {
      client.exec(command, pty ? TERMINAL : {}, (error, channel) => {
        client.off("close", lost);
        if (error === undefined) resolve(channel);
        else refuse(error);
      });
    } catch (error) {
      refuse(error);
    }
  });
}

/** Resolves when the channel is closed. */
async function exitStatus(channel: ClientChannel): Promise<number> {
  return await new Promise((resolve) => {
    let status = DISCONNECTED;
    channel.once("exit", (code: number | null, signal?: string) => {
      status = code ?? 128 + signalNumber(signal);
    });
    channel.once("close", () => resolve(status));
  });
}

function signalNumber(signal: string | undefined): number {
  const numbers: Readonly<Record<string, number>> = constants.signals;
  return numbers[`SIG${signal?.replace(/^SIG/, "")}`] ?? 0;
}

async function copy(source: Readable, destination: Writable | undefined): Promise<void> {
  if (destination !== undefined) await pipeline(source, destination);
  else source.resume();
}

function shorten(command: string): string {
  return JSON.stringify(command.length > 80 ? `${command.slice(0, 80)}…` : command);
}
