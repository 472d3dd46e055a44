import type { Duplex, Readable } from "node:stream";
import type { ContainerCreateOptions } from "dockerode";
import * as answers from "./engine-answers.ts";
import { type CallOptions, unlessMissing } from "./engine-connection.ts";
import { ImageClient } from "./image-client.ts";

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

/**
 * A Docker Engine, reached through dockerode, which is loaded at the first call. Every method but {@link address}
 * throws {@link DockerError}: `ENGINE_UNREACHABLE`, `CONNECTION_LOST`, or `ENGINE_REFUSED` with the status that the
 * engine answered.
 *
 * Source: Docker Engine API v1.41, https://docs.docker.com/reference/api/engine/version/v1.41/
 */
export class Engine extends ImageClient {
  /** Its version and operating system. */
  version(options?: CallOptions) {
    return this.repeat("asking for the version", options, async (docker) =>
      answers.versionAnswer.parse(await docker.version()),
    );
  }

  /** Creates a container and answers its id. */
  createContainer(
    name: string,
    platform: string | undefined,
    container: ContainerCreateOptions,
    options?: CallOptions,
  ): Promise<string> {
    return this.call(`creating container ${name}`, options, async (docker) => {
      const _query = platform === undefined ? { name } : { name, platform };
      // dockerode sends `_query` and `_body` apart; its types do not know them.
      const request = { _query, _body: container } as ContainerCreateOptions;
      return answers.createdAnswer.parse(await docker.createContainer(request)).Id;
    });
  }

  startContainer(container: string, options?: CallOptions): Promise<void> {
    return this.call(`starting container ${container}`, options, (docker) =>
      docker.getContainer(container).start(),
    );
  }

  /** `undefined` for a container that does not exist. */
  inspectContainer(container: string, options?: CallOptions) {
    return this.repeat(`inspecting container ${container}`, options, (docker) =>
      unlessMissing(async () =>
        answers.containerAnswer.parse(await docker.getContainer(container).inspect()),
      ),
    );
  }

  /** Kills and removes a container with its anonymous volumes; answers whether there was one. */
  async removeContainer(container: string, options?: CallOptions): Promise<boolean> {
    return this.call(`removing container ${container}`, options, async (docker) => {
      const answer = await unlessMissing<unknown>(() =>
        docker.getContainer(container).remove({ force: true, v: true }),
      );
      return answer !== undefined;
    });
  }

  /** Makes an image of a container and answers its id. */
  commit(container: string, commit: CommitOptions, options?: CallOptions): Promise<string> {
    return this.call(`committing container ${container}`, options, async (docker) => {
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
    return this.call(
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
    return this.call(`running a command in container ${container}`, options, async (docker) => {
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
    return this.repeat("asking for a command's exit status", options, async (docker) => {
      const { Running, ExitCode } = answers.execAnswer.parse(
        await docker.getExec(process.id).inspect(),
      );
      return Running ? undefined : (ExitCode ?? undefined);
    });
  }

  /** `undefined` for a path that does not exist. */
  statPath(container: string, path: string, options?: CallOptions) {
    return this.repeat(`looking at ${path}`, options, (docker) =>
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
    return this.call(
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
    return this.call(`writing to ${folder}`, options, async (docker) => {
      const how = { path: folder, noOverwriteDirNonDir: "1" };
      await docker.getContainer(container).putArchive(archive, how);
    }).finally(() => archive.destroy());
  }
}
