import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { hash } from "bcryptjs";
import { startDaemon } from "./daemon.ts";
import { ensureDebianProgram } from "./debian.ts";

const PEER = "oci-registry";

/** A registry of container images of our own, which wants to know who pulls and pushes. */
export interface OciRegistry {
  /** Such as `127.0.0.1:34567`. Engines speak plain HTTP to it, because it is on this machine. */
  readonly host: string;
  readonly username: string;
  readonly password: string;
  /** The digest of what is under a tag, asked of the registry itself; `undefined` where there is nothing. */
  digestOf(repository: string, tag: string): Promise<string | undefined>;
  /** Ends the registry and removes what it kept. */
  stop(): Promise<void>;
}

/**
 * Makes sure that the program of the registry is there, from Debian's `docker-registry`.
 *
 * @throws {PeerError} `PEER_MISSING` where it is not there and cannot be installed.
 */
export function installOciRegistry(): Promise<string> {
  return ensureDebianProgram(PEER, "docker-registry", "docker-registry");
}

/**
 * Starts a registry on 127.0.0.1, on a port that is free, with one user whose password is new.
 *
 * @throws {PeerError} `PEER_MISSING`; `PEER_NOT_READY` with the end of its log.
 */
export async function startOciRegistry(): Promise<OciRegistry> {
  const program = await installOciRegistry();
  const username = "ada";
  const password = randomBytes(12).toString("hex");
  let host = "";
  const daemon = await startDaemon({
    peer: PEER,
    command: async (folder) => {
      await writeFile(`${folder}/htpasswd`, `${username}:${await hash(password, 4)}\n`, {
        mode: 0o600,
      });
      await writeFile(`${folder}/config.json`, JSON.stringify(configuration(folder)));
      return [program, "serve", `${folder}/config.json`];
    },
    probe: async (folder) => {
      host = await readHost(folder);
      const answer = await fetch(`http://${host}/v2/`);
      if (answer.status !== 401) throw new Error(`it answered ${answer.status}`);
    },
  });
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  return {
    host,
    username,
    password,
    async digestOf(repository, tag) {
      const answer = await fetch(`http://${host}/v2/${repository}/manifests/${tag}`, {
        method: "HEAD",
        headers: {
          authorization,
          accept: "application/vnd.docker.distribution.manifest.v2+json",
        },
      });
      return answer.headers.get("docker-content-digest") ?? undefined;
    },
    stop: daemon.stop,
  };
}

/** JSON is YAML too. */
function configuration(folder: string): object {
  return {
    version: "0.1",
    storage: { filesystem: { rootdirectory: `${folder}/data` } },
    http: { addr: "127.0.0.1:0", secret: randomBytes(16).toString("hex") },
    auth: { htpasswd: { realm: "interop", path: `${folder}/htpasswd` } },
  };
}

/** The registry chooses its port, and its log tells which. */
async function readHost(folder: string): Promise<string> {
  const log = await readFile(`${folder}/log`, "utf8");
  const [, host] = /listening on (127\.0\.0\.1:\d+)/.exec(log) ?? [];
  if (host === undefined) throw new Error("it does not say yet where it listens");
  return host;
}
