import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { dialling } from "./dialling.ts";
import type { EngineAddress } from "./engine-address.ts";
import { type EngineAgents, engineAgents } from "./engine-agents.ts";
import { DockerError, toDockerError } from "./errors.ts";

/** How a call is made. */
export interface CallOptions {
  /** Ends the call early; it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** How often a call that can be repeated without harm is made where the connection is lost. */
const ATTEMPTS = 3;

/** Where a Docker Engine is, and how it is called. The client library is loaded at the first call. */
export class EngineConnection {
  /** For people and for `DOCKER_HOST`. */
  readonly address: string;
  readonly #connection: EngineAddress["connection"];
  readonly #agents: EngineAgents;
  #loading: Promise<{ Constructor: typeof Docker; docker: Docker }> | undefined;

  constructor(address: EngineAddress) {
    this.address = address.url;
    this.#connection = address.connection;
    const isSecure = "protocol" in this.#connection && this.#connection.protocol === "https";
    this.#agents = engineAgents(isSecure ? "https" : "http");
  }

  /** Makes a call that can be repeated without harm, and repeats it where the connection is lost. */
  protected async repeat<Result>(
    what: string,
    options: CallOptions | undefined,
    work: (docker: Docker) => Promise<Result>,
  ): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.call(what, options, work);
      } catch (error) {
        const isLost = error instanceof DockerError && error.code === "CONNECTION_LOST";
        if (!isLost || attempt === ATTEMPTS) throw error;
        await sleep(50 * attempt);
      }
    }
  }

  /** @param what What is being done, for errors, such as `creating container packerkit-1a2b`. */
  protected async call<Result>(
    what: string,
    { signal }: CallOptions = {},
    work: (docker: Docker) => Promise<Result>,
  ): Promise<Result> {
    signal?.throwIfAborted();
    try {
      this.#loading ??= load(this.#connection);
      const { Constructor, docker } = await this.#loading;
      const modem = dialling(docker.modem, this.#agents, signal);
      return await work(new Constructor({ modem } as Docker.DockerOptions));
    } catch (error) {
      signal?.throwIfAborted();
      throw toDockerError(what, this.address, error);
    }
  }
}

async function load(connection: EngineAddress["connection"]) {
  const { default: Constructor } = await import("dockerode");
  // What is not named here, the library would take from the environment.
  const nothing = { host: undefined, ca: undefined, cert: undefined, key: undefined };
  const settings = { ...nothing, ...connection };
  const docker = new Constructor(settings as Docker.DockerOptions);
  return { Constructor, docker };
}

/** Answers `undefined` where the engine says that the thing asked for does not exist. */
export async function unlessMissing<Result>(
  ask: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await ask();
  } catch (error) {
    if ((error as { statusCode?: unknown }).statusCode === 404) return undefined;
    throw error;
  }
}
