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
import type { Ec2 } from "./ec2.ts";
import { type RemovableImage, removeImage } from "./images.ts";
import { failuresOf, joinErrors } from "./many.ts";
import { sourceIdOf } from "./source-id.ts";

/** The kinds of builders and post-processors of the official plugin whose artifacts are AMIs. */
export const AMI_BUILDER_IDS = {
  ebs: "mitchellh.amazonebs",
  ebssurrogate: "mitchellh.amazon.ebssurrogate",
  chroot: "mitchellh.amazon.chroot",
  instance: "mitchellh.amazon.instance",
  import: "packer.post-processor.amazon-import",
} as const;

/** What an AMI artifact is made of. */
export interface AmiArtifactOptions {
  ec2: Ec2;
  /** One of {@link AMI_BUILDER_IDS}. */
  builderId: string;
  /** The ids of the images, by region. */
  amis: Readonly<Record<string, string>>;
  generatedData: unknown;
  /** Snapshots that belong to somebody else, although the images use them. */
  foreignSnapshots?: ReadonlySet<string>;
}

/**
 * Images in one or more regions.
 *
 * Source: packer-plugin-amazon 1.8.2, `common/artifact.go`.
 */
export class AmiArtifact implements Artifact {
  readonly #options: AmiArtifactOptions;
  readonly #images: ReadonlyMap<string, RemovableImage>;
  readonly #data: Readonly<Record<string, unknown>>;
  readonly #id: string;

  constructor(options: AmiArtifactOptions) {
    const regions = Object.entries(options.amis);
    this.#options = options;
    this.#id = pairs(options.amis, ":").join(",");
    this.#images = new Map(regions.map(([region, id]) => [region, { id, snapshotIds: [] }]));
    this.#data = {
      generated_data: options.generatedData,
      "atlas.artifact.metadata": Object.fromEntries(
        regions.map(([region, id]) => [`region.${region}`, id]),
      ),
    };
  }

  builderId(): string {
    return this.#options.builderId;
  }

  files(): string[] {
    return [];
  }

  /** `region:id`, sorted, joined by commas. */
  id(): string {
    return this.#id;
  }

  toString(): string {
    return `AMIs were created:\n${pairs(this.#options.amis, ": ").join("\n")}\n`;
  }

  state(name: string): unknown {
    return answerState(name, this.#data, () => {
      const source = withSourceId(sourceIdOf(this.#data["generated_data"]));
      return fromMappedData(this.#options.amis, (region, id) =>
        fromArtifact(this, withId(id), withProvider("aws"), withRegion(region), source),
      );
    });
  }

  /**
   * Deregisters the images of all regions and deletes their snapshots.
   *
   * @throws {AmazonError} `DESTROY_FAILED`, naming everything that stays in any region.
   */
  async destroy(): Promise<void> {
    const { ec2, foreignSnapshots = new Set<string>() } = this.#options;
    const failures = await failuresOf([...this.#images], ([region, image]) =>
      removeImage(ec2.region(region), image, foreignSnapshots),
    );
    if (failures.length === 0) return;
    const errors = failures.map(({ error }) => error);
    throw joinErrors("DESTROY_FAILED", "not everything was removed", errors);
  }
}

function pairs(amis: Readonly<Record<string, string>>, separator: string): string[] {
  return Object.entries(amis)
    .map(([region, id]) => `${region}${separator}${id}`)
    .toSorted();
}
