import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Duplex, duplexPair } from "node:stream";
import { onTestFinished } from "vitest";

/** Both ends of a real connection; they are closed when the test is over. */
export async function socketPair(): Promise<[Socket, Socket]> {
  const directory = await mkdtemp(join(tmpdir(), "socket-pair-"));
  const path = join(directory, "s");
  const server = createServer().listen(path);
  const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
  const dialled = connect(path);
  const pair: [Socket, Socket] = [await accepted, dialled];
  server.close();
  await rm(directory, { recursive: true });
  onTestFinished(() => {
    for (const socket of pair) socket.destroy();
  });
  return pair;
}

/** Both ends of a connection in memory. */
export function memoryPair(): [Duplex, Duplex] {
  const pair = duplexPair();
  onTestFinished(() => {
    for (const end of pair) end.destroy();
  });
  return pair;
}

/** Everything that a stream still gives. */
export async function readAll(stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
