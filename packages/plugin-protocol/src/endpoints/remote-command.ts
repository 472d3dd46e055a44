import type { Readable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { MuxBroker } from "../broker.ts";
import type { Communicator, RemoteCommand } from "../contract/communicator.ts";
import { messageOf, ProtocolError } from "../errors.ts";
import { decodeExitStatus, encodeExitStatus } from "../gob/exit-status.ts";
import { logError } from "../log.ts";
import type { RpcClient } from "../rpc/client.ts";
import { StructReader } from "../rpc/struct-reader.ts";
import type { YamuxStream } from "../yamux/stream.ts";
import { type OfferStream, whileOffering } from "./offered-streams.ts";

/** How long a command may fail to start before it counts as started, in milliseconds. */
const START_GRACE = 1_000;

/** More bytes than an exit status can have. */
const MAX_ANSWER = 8 * 1024;

/**
 * Answers `Communicator.Start`: dials the streams that the other side offers, starts the command, and answers once it
 * runs. Its exit status follows on the response stream, also that of an error. A command that fails without one fails the
 * call within a second; later it leaves the response stream empty, upon which Go takes 123 for its status.
 *
 * Source: `CommunicatorServer.Start`, packer-plugin-sdk `rpc/communicator.go`.
 */
export async function startCommand(
  communicator: Communicator,
  broker: MuxBroker,
  argument: unknown,
): Promise<null> {
  const args = new StructReader("Communicator.Start", argument);
  const streams: YamuxStream[] = [];
  const dial = async (field: string): Promise<YamuxStream | undefined> => {
    const id = args.count(field);
    if (id === 0) return undefined;
    const stream = await broker.dial(id);
    streams.push(stream);
    return stream;
  };
  try {
    const stdin = await dial("StdinStreamId");
    const stdout = await dial("StdoutStreamId");
    const stderr = await dial("StderrStreamId");
    const response = await dial("ResponseStreamId");
    const command = { command: args.text("Command"), stdin, stdout, stderr };
    const running = runCommand(communicator, command, response);
    await Promise.race([running, sleep(START_GRACE, undefined, { ref: false })]);
    void running.catch((error) => {
      logError(`a command on the machine failed: ${messageOf(error)}`);
      for (const stream of streams) stream.end();
    });
    return null;
  } catch (error) {
    for (const stream of streams) stream.destroy();
    throw error;
  }
}

/** Runs a command to its end and sends its exit status. Nobody waits for it any more once `response` is closed. */
async function runCommand(
  communicator: Communicator,
  command: { command: string } & Record<"stdin" | "stdout" | "stderr", YamuxStream | undefined>,
  response: YamuxStream | undefined,
): Promise<void> {
  const { stdin, stdout, stderr } = command;
  const abandoned = new AbortController();
  response?.resume().once("close", () => abandoned.abort());
  stdout?.resume();
  stderr?.resume();
  const started = communicator.start(
    {
      command: command.command,
      ...(stdin && { stdin }),
      ...(stdout && { stdout }),
      ...(stderr && { stderr }),
    },
    { signal: abandoned.signal },
  );
  const status = await started.catch(exitStatusOf);
  for (const output of [stdout, stderr]) output?.end();
  response?.end(encodeExitStatus(status));
  stdin?.destroy();
}

/** What an error says of the command's exit status. @throws {Error} the error, where it says nothing. */
function exitStatusOf(error: unknown): number {
  const { exitStatus } = Object(error) as { exitStatus?: unknown };
  if (typeof exitStatus !== "number") throw error;
  logError(`a command on the machine failed: ${messageOf(error)}`);
  return exitStatus;
}

/**
 * Runs a command on a communicator that the other side serves, and answers its exit status. An abort cuts the streams,
 * upon which a server of this package ends the command; Go's lets it run.
 *
 * Source: `communicator.Start`, packer-plugin-sdk `rpc/communicator.go`.
 */
export async function callStart(
  client: RpcClient,
  broker: MuxBroker,
  command: RemoteCommand,
  signal: AbortSignal | undefined,
): Promise<number> {
  return await whileOffering(broker, signal, async (offerStream) => {
    const status = startAndWait(client, offerStream, command);
    return await (command.stdin === undefined ? status : orSourceError(status, command.stdin));
  });
}

async function startAndWait(
  client: RpcClient,
  offerStream: OfferStream,
  { command, stdin, stdout, stderr }: RemoteCommand,
): Promise<number> {
  const input = stdin && offerStream((stream) => feed(stdin, stream));
  const output = stdout && offerStream((stream) => pipeline(stream, stdout));
  const errors = stderr && offerStream((stream) => pipeline(stream, stderr));
  const response = offerStream(readAnswer);
  await client.call("Communicator.Start", {
    Command: command,
    StdinStreamId: input?.id ?? 0,
    StdoutStreamId: output?.id ?? 0,
    StderrStreamId: errors?.id ?? 0,
    ResponseStreamId: response.id,
  });
  const [answer] = await Promise.all([response.done, output?.done, errors?.done]);
  return decodeExitStatus(answer);
}

/** Copies a command's input for as long as the command takes it; what is left then stays in `source`. */
async function feed(source: Readable, stream: YamuxStream): Promise<void> {
  source.pipe(stream.resume());
  try {
    await finished(stream, { readable: false });
  } finally {
    source.unpipe(stream);
  }
}

/** What `work` answers, unless the source of a command's input fails first. */
async function orSourceError<Result>(work: Promise<Result>, source: Readable): Promise<Result> {
  const { promise: failed, reject } = Promise.withResolvers<never>();
  source.once("error", reject);
  try {
    return await Promise.race([work, failed]);
  } finally {
    source.off("error", reject);
  }
}

async function readAnswer(stream: YamuxStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_ANSWER) break;
  }
  if (size === 0) {
    const message = "the command failed on the other side: it ended without an exit status";
    throw new ProtocolError("REMOTE_ERROR", message);
  }
  return Buffer.concat(chunks);
}
