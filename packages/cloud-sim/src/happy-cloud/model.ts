import type { LazyMachine } from "../machine/lazy-machine.ts";
import type { Snapshot } from "../machine/snapshot.ts";

/** A region, as the API shows it. */
export interface HappyCloudRegion {
  id: string;
  display_name: string;
}

/** An image, as the API shows it. */
export interface HappyCloudImage {
  /** `img-…`. */
  id: string;
  /** Unique in its region. */
  name: string;
  region: string;
  /** The image of the instance that it was made of; `null` for an image that the cloud brought. */
  source_image_id: string | null;
  labels: Record<string, string>;
  /** RFC 3339. */
  created_at: string;
}

export type HappyCloudInstanceStatus = "starting" | "running" | "stopping" | "stopped";

/** An instance, as the API shows it. */
export interface HappyCloudInstance {
  /** `ins-…`. */
  id: string;
  region: string;
  image_id: string;
  status: HappyCloudInstanceStatus;
  labels: Record<string, string>;
  /** RFC 3339. */
  created_at: string;
}

/** An image that the cloud has from the start. */
export interface HappyCloudSeedImage {
  id: string;
  name: string;
  region: string;
  labels?: Record<string, string>;
  /** Its files: path to text. */
  files?: Record<string, string>;
}

/** Everything that exists in the cloud. */
export interface HappyCloudSnapshot {
  regions: HappyCloudRegion[];
  images: HappyCloudImage[];
  instances: HappyCloudInstance[];
}

/** An image and what the API does not show of it. */
export interface StoredImage {
  shown: HappyCloudImage;
  clientToken: string;
  files: Snapshot;
}

/** An instance and what the API does not show of it. */
export interface StoredInstance {
  shown: Omit<HappyCloudInstance, "status">;
  clientToken: string;
  machine: LazyMachine;
  /** The status that it is on its way to. */
  goal: "running" | "stopped";
  /** When it gets there, by `performance.now()`. */
  settlesAt: number;
}

export const DEFAULT_REGIONS: readonly HappyCloudRegion[] = [
  { id: "sunny-east", display_name: "Sunny East" },
  { id: "sunny-west", display_name: "Sunny West" },
];

const OS_RELEASE =
  'ID=happy-linux\nNAME="Happy Linux"\nVERSION_ID="1"\nPRETTY_NAME="Happy Linux 1"\n';

export const DEFAULT_IMAGES: readonly HappyCloudSeedImage[] = [
  {
    id: "img-happylinux1east",
    name: "happy-linux-1",
    region: "sunny-east",
    files: { "/etc/os-release": OS_RELEASE },
  },
  {
    id: "img-happylinux1west",
    name: "happy-linux-1",
    region: "sunny-west",
    files: { "/etc/os-release": OS_RELEASE },
  },
];
