import type { Duplex, Readable } from "node:stream";
import type Docker from "dockerode";
import type { ImageBuildOptions, ImagePushOptions } from "dockerode";
import { newSession, serveSession } from "./build-session.ts";
import { openConnection } from "./dialling.ts";
import * as answers from "./engine-answers.ts";
import { type CallOptions, EngineConnection, unlessMissing } from "./engine-connection.ts";
import { splitTag } from "./image-reference.ts";
import { followBuild, type ProgressEntry, readProgress } from "./progress.ts";
import type { RegistryCredentials } from "./registry-credentials.ts";

/** A platform as the engine's API takes it. */
export interface PlatformSpec {
  os: string;
  architecture: string;
  variant?: string;
}

/** The part of an engine that has to do with images; see {@link Engine}. */
export class ImageClient extends EngineConnection {
  /** Pulls an image, `latest` where the reference has neither tag nor digest. */
  pull(
    reference: string,
    platform: string | undefined,
    credentials: RegistryCredentials | undefined,
    onProgress: (entry: ProgressEntry) => void,
    options?: CallOptions,
  ): Promise<void> {
    return this.call(`pulling ${reference}`, options, async (docker) => {
      const query = platform === undefined ? {} : { platform };
      const stream = await docker.createImage(credentials, { ...query, ...splitTag(reference) });
      for await (const entry of readProgress(stream as Readable)) onProgress(entry);
    });
  }

  /** `undefined` for an image that the engine does not have. */
  inspectImage(reference: string, options?: CallOptions) {
    return this.repeat(`inspecting image ${reference}`, options, (docker) =>
      unlessMissing(async () =>
        answers.imageAnswer.parse(await docker.getImage(reference).inspect()),
      ),
    );
  }

  /** The ids of all images with a label, newest first. */
  imagesLabelled(label: string, options?: CallOptions): Promise<string[]> {
    return this.repeat(`listing images with the label ${label}`, options, async (docker) =>
      answers.imageListAnswer.parse(
        await docker.listImages({ all: true, filters: { label: [label] } }),
      ),
    );
  }

  /** Removes an image, whatever its tags are, and not its parents. One that does not exist is no error. */
  removeImage(reference: string, options?: CallOptions): Promise<void> {
    return this.call(`removing image ${reference}`, options, async (docker) => {
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
    return this.call("building the Dockerfile", options, work).finally(() => {
      context.destroy();
      connection?.destroy();
    });
  }

  /** Gives an image a name, `latest` where it has no tag; an image that has the name loses it. */
  tagImage(image: string, name: string, options?: CallOptions): Promise<void> {
    return this.repeat(`tagging ${image} as ${name}`, options, async (docker) => {
      const { fromImage: repo, tag } = splitTag(name);
      await docker.getImage(image).tag({ repo, tag });
    });
  }

  /**
   * Pushes what has a name, `latest` where it has no tag. Answers the digest under which the registry has it;
   * `undefined` where the engine does not tell.
   */
  pushImage(
    name: string,
    platform: PlatformSpec | undefined,
    credentials: RegistryCredentials | undefined,
    onProgress: (entry: ProgressEntry) => void,
    options?: CallOptions,
  ): Promise<string | undefined> {
    return this.call(`pushing ${name}`, options, async (docker) => {
      const { fromImage: repository, tag } = splitTag(name);
      const query = { tag, ...(platform === undefined ? {} : { platform }) };
      // The engine refuses a push without the header, even where nobody asks who pushes.
      const settings = { ...query, authconfig: credentials ?? {} } as ImagePushOptions;
      const stream = (await docker.getImage(repository).push(settings)) as unknown as Readable;
      let digest: string | undefined;
      for await (const entry of readProgress(stream)) {
        onProgress(entry);
        digest = answers.pushedAnswer.safeParse(entry.aux).data?.Digest ?? digest;
      }
      return digest;
    });
  }

  /** Makes an image without a name of a root file system, and answers its id. Destroys the archive where that fails. */
  importImage(
    archive: Readable,
    settings: { changes: readonly string[]; platform?: string | undefined },
    options?: CallOptions,
  ): Promise<string> {
    return this.call("importing an archive", options, async (docker) => {
      const { changes, platform } = settings;
      const query = { changes, ...(platform === undefined ? {} : { platform }) };
      const stream = (await docker.importImage(
        archive as NodeJS.ReadableStream,
        query,
      )) as Readable;
      let id: string | undefined;
      for await (const entry of readProgress(stream)) {
        id = answers.importedAnswer.safeParse(entry).data?.status ?? id;
      }
      if (id === undefined) throw new Error("the engine did not say which image it made");
      return id;
    }).finally(() => archive.destroy());
  }

  /** An image with its layers and names as a tar archive, as `docker load` takes it. */
  saveImage(name: string, options?: CallOptions): Promise<Readable> {
    return this.call(
      `saving ${name}`,
      options,
      async (docker) => (await docker.getImage(name).get()) as Readable,
    );
  }
}
