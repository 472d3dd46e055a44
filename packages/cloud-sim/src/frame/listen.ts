import { mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudSimError } from "./errors.ts";

/** The longest path of a unix socket that every supported system takes, in bytes. */
const MAX_SOCKET_PATH = 103;

/** Where a stand-in listens. */
export interface ListenOptions {
  /** A port of 127.0.0.1; a free one by default. */
  port?: number;
  /** Listens on a unix socket in a new folder, private to the user, instead of on a port. */
  unixSocket?: boolean;
}

/** Where a stand-in can be reached. */
export interface ListenAddress {
  /** `http://127.0.0.1:<port>`, or `unix://<path>`. */
  url: string;
  /** The path of the unix socket; `undefined` on a port. */
  socketPath: string | undefined;
  /** Removes what listening left on disk. */
  cleanUp(): Promise<void>;
}

/**
 * Makes a server listen.
 *
 * @throws {CloudSimError} `PORT_TAKEN`, `LISTEN_FAILED`, or `BAD_OPTION` for a port that is none.
 */
export async function listen(
  name: string,
  server: Server,
  options: ListenOptions,
): Promise<ListenAddress> {
  if (options.unixSocket) return listenOnSocket(name, server);
  const port = options.port ?? 0;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new CloudSimError(
      "BAD_OPTION",
      `${name} cannot listen on port ${port}: use 1 to 65535, or 0 for any free port`,
    );
  }
  await startListening(name, server, { host: "127.0.0.1", port });
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${actual}`,
    socketPath: undefined,
    cleanUp: async () => {},
  };
}

async function listenOnSocket(name: string, server: Server): Promise<ListenAddress> {
  const folder = await mkdtemp(join(tmpdir(), "cloud-sim-"));
  const cleanUp = () => rm(folder, { recursive: true, force: true });
  const path = join(folder, `${name}.sock`);
  try {
    if (Buffer.byteLength(path) > MAX_SOCKET_PATH) {
      throw new CloudSimError(
        "LISTEN_FAILED",
        `${name} cannot listen on ${path}: a socket's path has at most ${MAX_SOCKET_PATH} bytes; set TMPDIR to a shorter folder`,
      );
    }
    await startListening(name, server, { path });
  } catch (error) {
    await cleanUp();
    throw error;
  }
  return { url: `unix://${path}`, socketPath: path, cleanUp };
}

function startListening(
  name: string,
  server: Server,
  where: { host: string; port: number } | { path: string },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const place = "path" in where ? where.path : `${where.host}:${where.port}`;
      const isTaken = cause.code === "EADDRINUSE";
      reject(
        new CloudSimError(
          isTaken ? "PORT_TAKEN" : "LISTEN_FAILED",
          isTaken
            ? `${name} cannot listen on ${place}: another program does; choose another port, or 0 for any free one`
            : `${name} cannot listen on ${place}: ${cause.message}`,
          { cause },
        ),
      );
    });
    server.listen(where, () => {
      server.removeAllListeners("error");
      resolve();
    });
  });
}
