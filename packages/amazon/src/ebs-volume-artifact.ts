import { type Artifact, answerState, type Image } from "@packerkit/registry-image";
import type { Ec2 } from "./ec2.ts";
import { failuresOf, joinErrors } from "./many.ts";
import { sourceIdOf } from "./source-id.ts";

export const EBS_VOLUME_BUILDER_ID = "mitchellh.amazon.ebsvolume";

/** What an EBS volume artifact is made of. */
export interface EbsVolumeArtifactOptions {
  ec2: Ec2;
  /** The ids of volumes and of snapshots, by region. */
  volumes: Readonly<Record<string, readonly string[]>>;
  snapshots: Readonly<Record<string, readonly string[]>>;
  generatedData: unknown;
}

interface Thing {
  kind: "volume" | "snapshot";
  region: string;
  id: string;
}

/**
 * Volumes and snapshots in one or more regions.
 *
 * Source: packer-plugin-amazon 1.8.2, `builder/ebsvolume/artifact.go`.
 */
export class EbsVolumeArtifact implements Artifact {
  readonly #ec2: Ec2;
  /** Sorted by region and id. */
  readonly #things: readonly Thing[];
  readonly #data: Readonly<Record<string, unknown>>;

  constructor({ ec2, volumes, snapshots, generatedData }: EbsVolumeArtifactOptions) {
    this.#ec2 = ec2;
    this.#things = [...things("volume", volumes), ...things("snapshot", snapshots)].sort(byPair);
    this.#data = { generated_data: generatedData };
  }

  builderId(): string {
    return EBS_VOLUME_BUILDER_ID;
  }

  files(): string[] {
    return [];
  }

  /** `region:id`, sorted, joined by commas. */
  id(): string {
    return this.#things.map(pairOf).join(",");
  }

  toString(): string {
    return `EBS Volumes were created:\n\n${this.#things.map(pairOf).join("\n")}`;
  }

  /** One image for each volume and each snapshot. There may be thousands: each is made as it is, with no overrides. */
  state(name: string): unknown {
    return answerState(name, this.#data, () => {
      const sourceImageId = sourceIdOf(this.#data["generated_data"]);
      return this.#things.map(
        ({ region, id }): Image => ({
          imageId: id,
          providerName: "aws",
          providerRegion: region,
          labels: {},
          sourceImageId,
        }),
      );
    });
  }

  /**
   * Deletes the volumes and the snapshots; the official plugin leaves the snapshots behind.
   *
   * @throws {AmazonError} `DESTROY_FAILED`, naming everything that stays in any region.
   */
  async destroy(): Promise<void> {
    const failures = await failuresOf(this.#things, async ({ kind, region, id }) => {
      if (kind === "volume") await this.#ec2.region(region).deleteVolume(id);
      else await this.#ec2.region(region).deleteSnapshot(id);
    });
    if (failures.length === 0) return;
    const names = failures.map(({ item }) => `${item.kind} ${item.id} in ${item.region}`);
    throw joinErrors(
      "DESTROY_FAILED",
      `not removed: ${names.join(", ")}`,
      failures.map(({ error }) => error),
    );
  }
}

function things(
  kind: Thing["kind"],
  byRegion: Readonly<Record<string, readonly string[]>>,
): Thing[] {
  return Object.entries(byRegion).flatMap(([region, ids]) =>
    ids.map((id) => ({ kind, region, id })),
  );
}

function pairOf({ region, id }: Thing): string {
  return `${region}:${id}`;
}

function byPair(left: Thing, right: Thing): number {
  const [a, b] = [pairOf(left), pairOf(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}
