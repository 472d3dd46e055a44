import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Duplex, Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import type { ContainerCreateOptions, ImageBuildOptions } from "dockerode";
import { newSession, serveSession } from "./build-session.ts";
import { dialling, openConnection } from "./dialling.ts";
import type { EngineAddress } from "./engine-address.ts";
import * as answers from "./engine-answers.ts";
import { DockerError, toDockerError } from "./errors.ts";
import { splitTag } from "./image-reference.ts";
import { followBuild, type ProgressEntry, readProgress } from "./progress.ts";
import type { RegistryCredentials } from "./registry-credentials.ts";

/** How a call is made. */
export interface CallOptions {
  /** Ends the call early; it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** What a commit makes of a container. */
export interface CommitOptions {
  author: string;
  comment: string;
  /** Dockerfile instructions. */
  changes: readonly string[];
  command: readonly string[];
  entrypoint: readonly string[];
  labels: Readonly<Record<string, string>>;
}

/** A command that runs in a container. */
export interface ExecProcess {
  readonly id: string;
  /** Its input; and its output, in frames unless it has a terminal. */
  readonly connection: Duplex;
}

/** How often a call that can be repeated without harm is made where the connection is lost. */
const ATTEMPTS = 3;

/**
 * A Docker Engine, reached through dockerode, which is loaded at the first call. Every method but {@link address}
 * throws {@link DockerError}: `ENGINE_UNREACHABLE`, `CONNECTION_LOST`, or `ENGINE_REFUSED` with the status that the
 * engine answered.
 *
 * Source: Docker Engine API v1.41, https://docs.docker.com/reference/api/engine/version/v1.41/
 */
export class Engine {
  /** For people and for `DOCKER_HOST`. */
  readonly address: string;
  readonly #connection: EngineAddress["connection"];
  #loading: Promise<{ Constructor: typeof Docker; docker: Docker }> | undefined;

  constructor(address: EngineAddress) {
    this.address = address.url;
    this.#connection = address.connection;
  }

  /** Its version and operating system. */
  version(options?: CallOptions) {
    return this.#repeat("asking for the version", options, async (docker) =>
      answers.versionAnswer.parse(await docker.version()),
    );
  }

  /** Pulls an image, `latest` where the reference has neither tag nor digest. */
  pull(
    reference: string,
    platform: string | undefined,
    credentials: RegistryCredentials | undefined,
    onProgress: (entry: ProgressEntry) => void,
    options?: CallOptions,
  ): Promise<void> {
    return this.#call(`pulling ${reference}`, options, async (docker) => {
      const query = platform === undefined ? {} : { platform };
      const stream = await docker.createImage(credentials, { ...query, ...splitTag(reference) });
      for await (const entry of readProgress(stream as Readable)) onProgress(entry);
    });
  }

  /** `undefined` for an image that the engine does not have. */
  inspectImage(reference: string, options?: CallOptions) {
    return this.#repeat(`inspecting image ${reference}`, options, (docker) =>
      unlessMissing(async () =>
        answers.imageAnswer.parse(await docker.getImage(reference).inspect()),
      ),
    );
  }

  /** The ids of all images with a label, newest first. */
  imagesLabelled(label: string, options?: CallOptions): Promise<string[]> {
    return this.#repeat(`listing images with the label ${label}`, options, async (docker) =>
      answers.imageListAnswer.parse(
        await docker.listImages({ all: true, filters: { label: [label] } }),
      ),
    );
  }

  /** Removes an image, whatever its tags are, and not its parents. One that does not exist is no error. */
  removeImage(reference: string, options?: CallOptions): Promise<void> {
    return this.#call(`removing image ${reference}`, options, async (docker) => {
      await unlessMissing(() => docker.getImage(reference).remove({ force: true, noprune: true }));
    });
  }

  /**
   * Builds an image from a context with BuildKit, and answers its id. What it tells goes to `onLine`. Destroys the
   * context where that fails.
   */
  buildImage(
    context: Readable,
    build: ImageBuildOptions,
    credentials: RegistryCredentials | undefined,
    onLine: (line: string) => void,
    options?: CallOptions,
  ): Promise<string> {
    let connection: Duplex | undefined;
    const work = async (docker: Docker) => {
      const { id, headers } = newSession();
      connection = await openConnection(docker, "/session", headers);
      serveSession(connection, credentials);
      // Apart, because dockerode would open a session of its own, which shows credentials to any registry.
      const _query = { ...build, version: "2", session: id };
      const stream = await docker.buildImage(context, { _query } as ImageBuildOptions);
      return await followBuild(stream as Readable, onLine);
    };
    return this.#call("building the Dockerfile", options, work).finally(() => {
      context.destroy();
      connection?.destroy();
    });
  }

  /** Creates a container and answers its id. */
  createContainer(
    name: string,
    platform: string | undefined,
    container: ContainerCreateOptions,
    options?: CallOptions,
  ): Promise<string> {
    return this.#call(`creating container ${name}`, options, async (docker) => {
      const _query = platform === undefined ? { name } : { name, platform };
      // dockerode sends `_query` and `_body` apart; its types do not know them.
      const request = { _query, _body: container } as ContainerCreateOptions;
      return answers.createdAnswer.parse(await docker.createContainer(request)).Id;
    });
  }

  startContainer(container: string, options?: CallOptions): Promise<void> {
    return this.#call(`starting container ${container}`, options, (docker) =>
      docker.getContainer(container).start(),
    );
  }

  /** `undefined` for a container that does not exist. */
  inspectContainer(container: string, options?: CallOptions) {
    return this.#repeat(`inspecting container ${container}`, options, (docker) =>
      unlessMissing(async () =>
        answers.containerAnswer.parse(await docker.getContainer(container).inspect()),
      ),
    );
  }

  /** Kills and removes a container with its anonymous volumes; answers whether there was one. */
  async removeContainer(container: string, options?: CallOptions): Promise<boolean> {
    return this.#call(`removing container ${container}`, options, async (docker) => {
      const answer = await unlessMissing<unknown>(() =>
        docker.getContainer(container).remove({ force: true, v: true }),
      );
      return answer !== undefined;
    });
  }

  /** Makes an image of a container and answers its id. */
  commit(container: string, commit: CommitOptions, options?: CallOptions): Promise<string> {
    return this.#call(`committing container ${container}`, options, async (docker) => {
      const { author, comment, changes } = commit;
      const answer: unknown = await docker.getContainer(container).commit({
        _query: { container, author, comment, changes },
        _body: { Cmd: commit.command, Entrypoint: commit.entrypoint, Labels: commit.labels },
      });
      return answers.createdAnswer.parse(answer).Id;
    });
  }

  /** The container's file system as a tar archive. */
  exportContainer(container: string, options?: CallOptions): Promise<Readable> {
    return this.#call(
      `exporting container ${container}`,
      options,
      async (docker) => (await docker.getContainer(container).export()) as Readable,
    );
  }

  /** Starts a command in a container. */
  exec(
    container: string,
    command: readonly string[],
    how: { user?: string | undefined; tty: boolean; stdin: boolean },
    options?: CallOptions,
  ): Promise<ExecProcess> {
    return this.#call(`running a command in container ${container}`, options, async (docker) => {
      const exec = await docker.getContainer(container).exec({
        Cmd: [...command],
        AttachStdin: how.stdin,
        AttachStdout: true,
        AttachStderr: true,
        Tty: how.tty,
        ...(how.user === undefined ? {} : { User: how.user }),
      });
      const { Id: id } = answers.createdAnswer.parse(exec);
      const connection = await exec.start({ hijack: true, stdin: how.stdin, Tty: how.tty });
      return { id, connection };
    });
  }

  /** The exit status of a command; `undefined` while it runs. */
  exitStatus(process: ExecProcess, options?: CallOptions): Promise<number | undefined> {
    return this.#repeat("asking for a command's exit status", options, async (docker) => {
      const { Running, ExitCode } = answers.execAnswer.parse(
        await docker.getExec(process.id).inspect(),
      );
      return Running ? undefined : (ExitCode ?? undefined);
    });
  }

  /** `undefined` for a path that does not exist. */
  statPath(container: string, path: string, options?: CallOptions) {
    return this.#repeat(`looking at ${path}`, options, (docker) =>
      unlessMissing(async () => {
        const answer = (await docker.getContainer(container).infoArchive({ path })) as Readable & {
          headers: Record<string, string | undefined>;
        };
        answer.resume();
        const stat = answer.headers["x-docker-container-path-stat"] ?? "";
        return answers.pathStatAnswer.parse(JSON.parse(Buffer.from(stat, "base64").toString()));
      }),
    );
  }

  /** A file or a folder as a tar archive; its first entry is the file or folder itself. */
  getArchive(container: string, path: string, options?: CallOptions): Promise<Readable> {
    return this.#call(
      `reading ${path}`,
      options,
      async (docker) => (await docker.getContainer(container).getArchive({ path })) as Readable,
    );
  }

  /** Unpacks a tar archive into a folder. Destroys the archive where that fails. */
  putArchive(
    container: string,
    folder: string,
    archive: Readable,
    options?: CallOptions,
  ): Promise<void> {
    return this.#call(`writing to ${folder}`, options, async (docker) => {
      const how = { path: folder, noOverwriteDirNonDir: "1" };
      await docker.getContainer(container).putArchive(archive, how);
    }).finally(() => archive.destroy());
  }

  async #repeat<Result>(
    what: string,
    options: CallOptions | undefined,
    work: (docker: Docker) => Promise<Result>,
  ): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#call(what, options, work);
      } catch (error) {
        const isLost = error instanceof DockerError && error.code === "CONNECTION_LOST";
        if (!isLost || attempt === ATTEMPTS) throw error;
        await sleep(50 * attempt);
      }
    }
  }

  async #call<Result>(
    what: string,
    { signal }: CallOptions = {},
    work: (docker: Docker) => Promise<Result>,
  ): Promise<Result> {
    signal?.throwIfAborted();
    try {
      this.#loading ??= load(this.#connection);
      const { Constructor, docker } = await this.#loading;
      const modem = dialling(docker.modem, signal);
      return await work(new Constructor({ modem } as Docker.DockerOptions));
    } catch (error) {
      signal?.throwIfAborted();
      throw toDockerError(what, this.address, error);
    }
  }
}

async function load(connection: EngineAddress["connection"]) {
  const { default: Constructor } = await import("dockerode");
  // Connections are not kept: a build makes few calls, and one that the engine has closed meanwhile fails the next.
  const Agent =
    "protocol" in connection && connection.protocol === "https" ? HttpsAgent : HttpAgent;
  // What is not named here, the library would take from the environment.
  const nothing = { host: undefined, ca: undefined, cert: undefined, key: undefined };
  const settings = { ...nothing, ...connection, agent: new Agent({ keepAlive: false }) };
  const docker = new Constructor(settings as Docker.DockerOptions);
  return { Constructor, docker };
}

/** Answers `undefined` where the engine says that the thing asked for does not exist. */
async function unlessMissing<Result>(ask: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await ask();
  } catch (error) {
    if ((error as { statusCode?: unknown }).statusCode === 404) return undefined;
    throw error;
  }
}
