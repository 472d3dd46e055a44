import { writeFile } from "node:fs/promises";
import Docker from "dockerode";
import { importBusyboxImage } from "./busybox-image.ts";
import { startDaemon } from "./daemon.ts";
import { ensureDebianProgram } from "./debian.ts";
import { PeerError } from "./peer-error.ts";

const PEER = "docker-engine";

/** The image that every engine holds from the start. */
export const BASE_IMAGE = "packerkit/busybox:1";

/** A real Docker Engine of our own, away from any other on the machine. */
export interface DockerEngine {
  /** As in DOCKER_HOST: `unix:///…/docker.sock`. */
  readonly host: string;
  readonly socketPath: string;
  /** The public client, to look into the engine without our own code. */
  readonly client: Docker;
  /** Kills the engine and its containers without warning. */
  kill(): Promise<void>;
  /** Removes the containers, ends the engine and removes everything it kept. */
  stop(): Promise<void>;
}

/** The programs that an engine needs. */
interface Programs {
  dockerd: string;
  busybox: string;
}

/**
 * Makes sure that the programs of a Docker Engine are there, from Debian's `docker.io` and `busybox-static`.
 *
 * @throws {PeerError} `PEER_MISSING` where one is not there and cannot be installed.
 */
export async function installDockerEngine(): Promise<Programs> {
  return {
    dockerd: await ensureDebianProgram(PEER, "dockerd", "docker.io"),
    busybox: await ensureDebianProgram(PEER, "busybox", "busybox-static"),
  };
}

/**
 * Starts a Docker Engine on a private socket, with {@link BASE_IMAGE} in it. Containers have no network but their own
 * loopback: give them `NetworkMode: "none"`.
 *
 * It runs in mount and process namespaces of its own: when it ends, in whatever way, no mount and no process is left.
 *
 * @throws {PeerError} `PEER_MISSING`, also for want of root; `PEER_NOT_READY` with the end of the engine's log.
 */
export async function startDockerEngine(): Promise<DockerEngine> {
  if (process.getuid?.() !== 0) {
    throw new PeerError("PEER_MISSING", PEER, "runs containers, which takes root: run as root");
  }
  const { dockerd, busybox } = await installDockerEngine();
  const daemon = await startDaemon({
    peer: PEER,
    command: async (folder) => {
      await writeFile(configIn(folder), "{}");
      return [...namespaces, dockerd, ...engineFlags(folder)];
    },
    probe: (folder) => clientOf(folder).ping(),
  });
  const client = clientOf(daemon.folder);
  const stop = async () => {
    await removeContainers(client).catch(() => {}); // an engine that was killed has none
    await daemon.stop();
  };
  try {
    await importBusyboxImage(client, busybox, BASE_IMAGE);
  } catch (error) {
    await stop();
    throw error;
  }
  const socketPath = socketIn(daemon.folder);
  return { host: `unix://${socketPath}`, socketPath, client, kill: daemon.kill, stop };
}

const namespaces = [
  "unshare",
  "--mount",
  "--pid",
  "--fork",
  "--mount-proc",
  "--kill-child",
] as const;

function engineFlags(folder: string): string[] {
  return [
    ...["--config-file", configIn(folder)],
    ...["--data-root", `${folder}/data`],
    ...["--exec-root", `${folder}/exec`],
    ...["--pidfile", `${folder}/pid`],
    ...["--host", `unix://${socketIn(folder)}`],
    "--iptables=false",
    "--ip6tables=false",
    "--bridge=none",
  ];
}

/** An empty configuration, in place of the machine's own. */
function configIn(folder: string): string {
  return `${folder}/daemon.json`;
}

function socketIn(folder: string): string {
  return `${folder}/docker.sock`;
}

function clientOf(folder: string): Docker {
  return new Docker({ socketPath: socketIn(folder) });
}

/** Force: a container's main process may ignore SIGTERM, and the engine would wait ten seconds for it. */
async function removeContainers(client: Docker): Promise<void> {
  for (const { Id } of await client.listContainers({ all: true })) {
    await client.getContainer(Id).remove({ force: true, v: true });
  }
}
