import type { InstanceState } from "./build-state.ts";
import type { EbsConfig } from "./config/ebs.ts";
import type { MadeImage } from "./images.ts";

/** What the steps of an `ebs` build share and fill in turn. */
export interface EbsState extends InstanceState {
  readonly config: EbsConfig;
  /** The image that is made of the instance. */
  readonly built: MadeImage;
  /** The images that are copied from it, by region. */
  readonly copies: Map<string, MadeImage>;
  /** The tags of the images, and what their snapshots have besides; still with their expressions. */
  readonly imageTags: Readonly<Record<string, string>>;
  readonly snapshotTags: Readonly<Record<string, string>>;
  /** Snapshots that the template names: they are not the build's to delete. */
  readonly foreignSnapshots: ReadonlySet<string>;
}

/**
 * Whether the image that is made of the instance only serves to copy from: encryption is given to copies, and the
 * region of the build may be to have none.
 */
export function isIntermediary({ config }: Pick<EbsState, "config">): boolean {
  return config.encrypt_boot === true || config.skip_save_build_region;
}

/** The regions that the image is copied to. */
export function copyRegions({ config, home }: Pick<EbsState, "config" | "home">): string[] {
  const others = config.ami_regions.filter((region) => region !== home.name);
  const isCopiedHome = config.encrypt_boot === true && !config.skip_save_build_region;
  return [...new Set(isCopiedHome ? [home.name, ...others] : others)];
}

/** The regions that have an image in the end. */
export function imageRegions(state: Pick<EbsState, "config" | "home">): string[] {
  return [...new Set([...(isIntermediary(state) ? [] : [state.home.name]), ...copyRegions(state)])];
}

/** The images that the build is for, by region. They are there once they are made. */
export function finalImages(state: EbsState): Map<string, { id: string; snapshotIds: string[] }> {
  const made: [string, MadeImage][] = [
    ...(isIntermediary(state) ? [] : [[state.home.name, state.built] as [string, MadeImage]]),
    ...state.copies,
  ];
  return new Map(
    made.flatMap(([region, { image }]) => (image === undefined ? [] : [[region, image]])),
  );
}
