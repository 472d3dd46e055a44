import type { ListenOptions } from "../frame/listen.ts";
import type { RunningStandIn } from "../frame/stand-in.ts";
import type { DockerEngineSnapshot, DockerSeedImage } from "./model.ts";
import type { RegistryCredentials } from "./registry.ts";

/** How to start a Docker Engine. */
export interface DockerEngineOptions extends ListenOptions {
  /** The images that are there from the start; `busybox:latest` by default. */
  images?: readonly DockerSeedImage[];
  /** The images that can be pulled; `busybox`, `alpine:3.20` and `debian:stable-slim` by default. */
  registry?: readonly DockerSeedImage[];
  /** What a registry wants to see of who pulls and pushes; by default anybody may. */
  registryCredentials?: RegistryCredentials;
}

/** A Docker Engine that listens. */
export interface DockerEngineStandIn extends RunningStandIn {
  /** For `DOCKER_HOST`: `tcp://127.0.0.1:<port>`, or `unix://<path>`. */
  readonly dockerHost: string;
  /** A copy of everything that exists, to see that nothing is left behind. */
  snapshot(): DockerEngineSnapshot;
}

/**
 * Starts a Docker Engine: the part of the Engine API that building, changing and moving images takes.
 *
 * @throws {CloudSimError} `PORT_TAKEN`, `LISTEN_FAILED`, `BAD_OPTION`.
 */
export async function startDockerEngine(
  options: DockerEngineOptions = {},
): Promise<DockerEngineStandIn> {
  const { serveDockerEngine } = await import("./serve.ts");
  return serveDockerEngine(options);
}
