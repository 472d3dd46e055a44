import { messageOf } from "@packerkit/plugin-sdk";
import {
  type Artifact,
  answerState,
  fromArtifact,
  type Image,
  withId,
  withProvider,
  withRegion,
} from "@packerkit/registry-image";
import { PROVIDER } from "../artifact.ts";
import { GoogleComputeError } from "../errors.ts";
import { parseObjectPath, type StorageClient } from "../storage-client.ts";

/** The builder id of exported images. */
export const EXPORT_BUILDER_ID = "packer.post-processor.googlecompute-export";

/** What an {@link ExportArtifact} is made of. */
export interface ExportArtifactOptions {
  storage: Pick<StorageClient, "delete">;
  /** `gs://bucket/object` each. */
  paths: readonly string[];
  /** Of the artifact that was exported. */
  generatedData?: unknown;
}

/**
 * An image that was exported to objects in buckets.
 *
 * Source: packer-plugin-googlecompute 1.2.7, `post-processor/googlecompute-export/artifact.go`.
 */
export class ExportArtifact implements Artifact {
  readonly #storage: ExportArtifactOptions["storage"];
  readonly #paths: readonly string[];
  readonly #state: Readonly<Record<string, unknown>>;

  constructor(options: ExportArtifactOptions) {
    this.#storage = options.storage;
    this.#paths = [...options.paths];
    this.#state = { generated_data: options.generatedData };
  }

  builderId(): string {
    return EXPORT_BUILDER_ID;
  }

  /** The objects. */
  files(): readonly string[] {
    return [...this.#paths];
  }

  /** Empty: what was made has several paths, and no id of its own. */
  id(): string {
    return "";
  }

  toString(): string {
    return `Exported to ${this.#paths.join(", ")}`;
  }

  /** Knows `par.artifact.metadata` and `generated_data`. */
  state(name: string): unknown {
    return answerState(name, this.#state, () => this.#metadata());
  }

  /**
   * Deletes the objects. Those that are gone already are no error.
   *
   * @throws {GoogleComputeError} naming every object that could not be deleted.
   */
  async destroy(): Promise<void> {
    const failures: unknown[] = [];
    for (const path of this.#paths) {
      const object = parseObjectPath(path);
      if (object === undefined) continue;
      await this.#storage.delete(object).catch((error: unknown) => failures.push(error));
    }
    const [first] = failures;
    if (first === undefined) return;
    const { code = "NO_ANSWER", reason, status } = first as Partial<GoogleComputeError>;
    const cause = new AggregateError(failures);
    throw new GoogleComputeError(code, failures.map(messageOf).join("; "), {
      cause,
      reason,
      status,
    });
  }

  #metadata(): Image[] {
    return this.#paths.map((path) =>
      fromArtifact(
        this,
        withId(path),
        withProvider(PROVIDER),
        withRegion(parseObjectPath(path)?.bucket ?? ""),
      ),
    );
  }
}
