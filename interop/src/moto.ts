import { readFile } from "node:fs/promises";
import { startDaemon } from "./daemon.ts";
import { peersFolder } from "./paths.ts";
import { installPythonPeer } from "./python-peer.ts";

const PEER = "moto";

/**
 * The images that it starts with, all of the second in which it does. Its own are hundreds, with which most answers take
 * it a second; and where images have dates of their own, its second region fails.
 */
const IMAGES = `${peersFolder}/${PEER}/amis.json`;

/** moto: AWS in Python, by others. All regions are on one address, and any keys will do. */
export interface Moto extends AsyncDisposable {
  /** Such as `http://127.0.0.1:34567`. */
  readonly url: string;
  /** Ends moto. */
  stop(): Promise<void>;
}

/**
 * Starts moto on 127.0.0.1, on a port that is free.
 *
 * @throws {PeerError} `PEER_MISSING` and `PEER_NOT_BUILT` where it cannot be had; `PEER_NOT_READY` with the end of its
 * log.
 */
export async function startMoto(): Promise<Moto> {
  const python = await installPythonPeer(PEER);
  let url = "";
  const { stop } = await startDaemon({
    peer: PEER,
    command: async () => [
      ...["env", `MOTO_AMIS_PATH=${IMAGES}`],
      ...[python, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
    ],
    probe: async (folder) => {
      url = await readUrl(folder);
      const answer = await fetch(`${url}/moto-api/data.json`);
      if (!answer.ok) throw new Error(`it answered ${answer.status}`);
    },
    readyWithin: 60_000,
  });
  return { url, stop, [Symbol.asyncDispose]: stop };
}

async function readUrl(folder: string): Promise<string> {
  const log = await readFile(`${folder}/log`, "utf8");
  const [, url] = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(log) ?? [];
  if (url === undefined) throw new Error("it does not say yet where it listens");
  return url;
}
