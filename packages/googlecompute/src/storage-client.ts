import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { Storage } from "@google-cloud/storage";
import { messageOf, type Ui } from "@packerkit/plugin-sdk";
import { GoogleComputeError, toGoogleComputeError } from "./errors.ts";
import { authenticate, type ConnectOptions } from "./sdk.ts";

/** An object in a bucket. */
export interface ObjectName {
  bucket: string;
  name: string;
}

/** The path of an object, `gs://bucket/object`. */
export function objectPath({ bucket, name }: ObjectName): string {
  return `gs://${bucket}/${name}`;
}

/** Reads `gs://bucket/object`; `undefined` for what is not of that form. */
export function parseObjectPath(path: string): ObjectName | undefined {
  const [, bucket, name] = /^gs:\/\/([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])\/(\S+)$/.exec(path) ?? [];
  return bucket === undefined || name === undefined ? undefined : { bucket, name };
}

/** Talks to Cloud Storage, through its official SDK. Calls reject with {@link GoogleComputeError}. */
export class StorageClient {
  readonly #storage: Storage;

  private constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Loads the SDK: do it when something runs, not before. It calls nothing yet. */
  static async connect(options: ConnectOptions): Promise<StorageClient> {
    const { Storage } = await import("@google-cloud/storage");
    const { endpoint, universeDomain } = options;
    return new StorageClient(
      new Storage({
        authClient: await authenticate(options),
        retryOptions: { maxRetries: 5, retryDelayMultiplier: 2, maxRetryDelay: 10 },
        ...(universeDomain === undefined ? {} : { universeDomain }),
        ...(endpoint === undefined
          ? {}
          : {
              apiEndpoint: `${endpoint.protocol}://${endpoint.host}:${endpoint.port}`,
              useAuthWithCustomEndpoint: true,
            }),
      }),
    );
  }

  /**
   * Puts a file into a bucket, in parts, so that a broken connection does not begin it anew. Nothing that is there is
   * replaced.
   *
   * @returns the object's URL.
   * @throws {GoogleComputeError} `ALREADY_EXISTS`, `BAD_FILE`.
   */
  async upload(object: ObjectName, path: string, ui: Ui, signal: AbortSignal): Promise<string> {
    const size = await sizeOf(path);
    const file = this.#storage.bucket(object.bucket).file(object.name);
    const tracker = ui.trackProgress(objectPath(object), 0, size);
    const count = async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        tracker.advance(chunk.length);
        yield chunk;
      }
    };
    const preconditionOpts = { ifGenerationMatch: 0 };
    try {
      // Begun here, since a stream that begins it by itself does not sign in at an endpoint of one's own.
      const [uri] = await file.createResumableUpload({ preconditionOpts });
      const options = { uri, resumable: true, validation: "md5" as const, preconditionOpts };
      await pipeline(createReadStream(path), count, file.createWriteStream(options), { signal });
      return String(file.metadata.selfLink ?? "");
    } catch (error) {
      signal.throwIfAborted();
      throw uploadError(object, error);
    } finally {
      tracker.close();
    }
  }

  /** Whether there is such an object. */
  async has({ bucket, name }: ObjectName): Promise<boolean> {
    return await told(`looking for ${objectPath({ bucket, name })}`, async () => {
      const [exists] = await this.#storage.bucket(bucket).file(name).exists();
      return exists;
    });
  }

  /** @throws {GoogleComputeError} `NOT_FOUND` where there is no such bucket. */
  async requireBucket(bucket: string): Promise<void> {
    await told(`looking for the bucket ${bucket}`, () =>
      this.#storage.bucket(bucket).getMetadata(),
    );
  }

  /** An object that is gone already is no error. */
  async delete({ bucket, name }: ObjectName): Promise<void> {
    await told(`deleting ${objectPath({ bucket, name })}`, () =>
      this.#storage.bucket(bucket).file(name).delete({ ignoreNotFound: true }),
    );
  }
}

async function told<Answer>(what: string, call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    throw toGoogleComputeError(what, error);
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (cause) {
    throw new GoogleComputeError("BAD_FILE", `cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
}

function uploadError(object: ObjectName, cause: unknown): GoogleComputeError {
  const error = toGoogleComputeError(`uploading to ${objectPath(object)}`, cause);
  if (error.status !== 412) return error;
  return new GoogleComputeError(
    "ALREADY_EXISTS",
    `there is ${objectPath(object)} already; choose another gcs_object_name, or delete it`,
    { cause, status: 412 },
  );
}
