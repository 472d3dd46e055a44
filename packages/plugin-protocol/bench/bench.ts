import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { MuxBroker } from "../src/broker.ts";
import { RpcClient } from "../src/rpc/client.ts";
import { type RpcMethods, serveRpc } from "../src/rpc/server.ts";
import { YamuxSession } from "../src/yamux/session.ts";

/** Both ends run in this process, so each figure bears the cost of both. */
const MEBIBYTE = 1024 * 1024;

/** Image metadata as `Artifact.State` answers it. */
const state = Array.from({ length: 3 }, (_, at) => ({
  ImageID: `ami-0${at}23456789abcdef`,
  ProviderName: "aws",
  ProviderRegion: `us-east-${at}`,
  Labels: { base: "ubuntu", release: "24.04", owner: "team", build: "123456" },
  SourceImageID: "ami-0fedcba9876543210",
}));

async function withConnection<Result>(
  use: (near: Socket, far: Socket) => Promise<Result>,
): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), "bench-"));
  const server = createServer().listen(join(directory, "s"));
  const accepted = once(server, "connection");
  const near = connect(join(directory, "s"));
  const [far] = await accepted;
  try {
    return await use(near, far);
  } finally {
    near.destroy();
    server.close();
    await rm(directory, { recursive: true });
  }
}

/** Answers how many mebibytes a second streams carry from one session to the other. */
async function throughput(streams: number, mebibytes: number, pieceSize: number): Promise<number> {
  return await withConnection(async (near, far) => {
    new YamuxSession(far, "server", { onStream: (stream) => void stream.resume().end() });
    const session = new YamuxSession(near, "client");
    const piece = Buffer.alloc(pieceSize, 1);
    const pieces = (mebibytes * MEBIBYTE) / streams / pieceSize;
    const start = performance.now();
    await Promise.all(
      Array.from({ length: streams }, async () => {
        const stream = await session.open();
        const source = Readable.from(
          (function* () {
            for (let sent = 0; sent < pieces; sent++) yield piece;
          })(),
        );
        await pipeline(source, stream.resume());
        if (!stream.closed) await once(stream, "close");
      }),
    );
    return mebibytes / ((performance.now() - start) / 1000);
  });
}

/** Answers how many calls a second are answered, so many of them under way at a time. */
async function roundTrips(calls: number, atATime: number, answer: unknown): Promise<number> {
  return await withConnection(async (near, far) => {
    const methods: RpcMethods = new Map([["Artifact.State", () => answer]]);
    new MuxBroker(far, "server").accept(0).then((stream) => serveRpc(stream, methods));
    const client = new RpcClient(await new MuxBroker(near, "client").dial(0));
    const start = performance.now();
    await Promise.all(
      Array.from({ length: atATime }, async () => {
        for (let made = 0; made < calls / atATime; made++) {
          await client.call("Artifact.State", "par.artifact.metadata");
        }
      }),
    );
    return calls / ((performance.now() - start) / 1000);
  });
}

await throughput(1, 64, 65_536); // Warms up.
const rows = {
  "yamux, 1 stream, 64 KiB writes": [await throughput(1, 1024, 65_536), "MiB/s"],
  "yamux, 8 streams, 64 KiB writes": [await throughput(8, 1024, 65_536), "MiB/s"],
  "yamux, 1 stream, 1 KiB writes": [await throughput(1, 128, 1024), "MiB/s"],
  "RPC, a State answer, 1 call at a time": [await roundTrips(20_000, 1, state), "calls/s"],
  "RPC, a State answer, 16 at a time": [await roundTrips(40_000, 16, state), "calls/s"],
  "RPC, 64 KiB answer, 1 at a time": [await roundTrips(5_000, 1, Buffer.alloc(65_536)), "calls/s"],
} satisfies Record<string, [number, string]>;

const width = Math.max(...Object.keys(rows).map(({ length }) => length));
for (const [name, [figure, unit]] of Object.entries(rows)) {
  console.log(`${name.padEnd(width)}  ${figure.toFixed(0).padStart(8)} ${unit}`);
}
process.exit();
