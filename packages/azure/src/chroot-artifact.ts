import {
  type Artifact,
  answerState,
  fromArtifact,
  fromMappedData,
  withId,
  withProvider,
  withRegion,
  withSourceId,
} from "@packerkit/registry-image";
import { PROVIDER } from "./artifact.ts";
import { type Removable, removeAll } from "./remove-all.ts";
import { sourceIdOf } from "./source-id.ts";

/** The builder id of what is built in a chroot. */
export const CHROOT_BUILDER_ID = "azure.chroot";

/** What a {@link ChrootArtifact} is made of. */
export interface ChrootArtifactOptions {
  /** Deletes what the artifact stands for. */
  client: Pick<Removable, "removeResource">;
  /** The ids of the images and snapshots that were made, each with its location, such as `westeurope`. */
  resources: Readonly<Record<string, string>>;
  /** `SourceImageName`. Whatever else is survived. */
  generatedData?: unknown;
}

/**
 * Resources that were made of a disk that was changed in place.
 *
 * Source: packer-plugin-azure 2.6, `builder/azure/common/artifact.go`, which names no region.
 */
export class ChrootArtifact implements Artifact {
  readonly #options: ChrootArtifactOptions;
  readonly #state: Readonly<Record<string, unknown>>;

  constructor(options: ChrootArtifactOptions) {
    this.#options = options;
    this.#state = { generated_data: options.generatedData };
  }

  builderId(): string {
    return CHROOT_BUILDER_ID;
  }

  files(): readonly string[] {
    return [];
  }

  /** The resources' ids in lower case, sorted, joined by commas. */
  id(): string {
    return this.#ids().join(",");
  }

  toString(): string {
    return `Azure resources were created:\n${this.#ids().join("\n")}\n`;
  }

  /** Knows `par.artifact.metadata` and `generated_data`. */
  state(name: string): unknown {
    return answerState(name, this.#state, () => {
      const source = withSourceId(sourceIdOf(this.#state["generated_data"]));
      return fromMappedData(this.#options.resources, (id, location) =>
        fromArtifact(this, withId(id), withProvider(PROVIDER), withRegion(location), source),
      );
    });
  }

  /**
   * Deletes all the resources. What is gone already is no error.
   *
   * @throws {AzureError} `DESTROY_FAILED`, naming everything that stays.
   */
  async destroy(): Promise<void> {
    const { client, resources } = this.#options;
    const removable = {
      removeResource: (id: string) => client.removeResource(id),
      removeBlob: async () => false,
    };
    await removeAll(removable, { resources: Object.keys(resources) });
  }

  #ids(): string[] {
    return Object.keys(this.#options.resources)
      .map((id) => id.toLowerCase())
      .toSorted();
  }
}
