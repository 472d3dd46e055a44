import type { LazyMachine } from "../machine/lazy-machine.ts";
import type { Snapshot } from "../machine/snapshot.ts";

export interface GoogleComputeSeedImage {
  project: string;
  name: string;
  family?: string;
  /** 10 by default. */
  diskSizeGb?: number;
  /** Names of licenses of the image's project; none by default. */
  licenses?: readonly string[];
  /** `UEFI_COMPATIBLE` and `GVNIC` by default. */
  guestOsFeatures?: readonly string[];
  /** A deprecated image is never the answer to its family. */
  isDeprecated?: boolean;
  /** Its files: path to text. */
  files?: Readonly<Record<string, string>>;
}

/** Everything that exists, without the images that were there from the start. */
export interface GoogleComputeSnapshot {
  images: { project: string; name: string; status: string; sourceDisk: string | undefined }[];
  instances: {
    project: string;
    zone: string;
    name: string;
    status: string;
    metadata: Record<string, string>;
  }[];
  disks: { project: string; zone: string; name: string; users: string[] }[];
  objects: { bucket: string; name: string; bytes: number }[];
}

/** An image, as the API shows it. Numbers of 64 bits are texts. */
export interface ImageView {
  kind: "compute#image";
  id: string;
  name: string;
  selfLink: string;
  creationTimestamp: string;
  status: "PENDING" | "READY" | "FAILED";
  sourceType: "RAW";
  diskSizeGb: string;
  archiveSizeBytes: string;
  licenses: string[];
  guestOsFeatures: { type: string }[];
  storageLocations: string[];
  architecture: string;
  labels?: Record<string, string>;
  labelFingerprint: string;
  description?: string;
  family?: string;
  sourceDisk?: string;
  sourceImage?: string;
  rawDisk?: { source: string };
  deprecated?: Record<string, string>;
  shieldedInstanceInitialState?: unknown;
}

export interface StoredImage {
  path: string;
  project: string;
  view: ImageView;
  files: Snapshot;
  isSeed: boolean;
  isPending: boolean;
}

export interface StoredDisk {
  path: string;
  project: string;
  zone: string;
  name: string;
  id: string;
  sizeGb: number;
  type: string;
  status: "CREATING" | "READY" | "DELETING";
  createdAt: string;
  source: StoredImage;
  files: Snapshot;
  isPending: boolean;
}

/** A disk of an instance. */
export interface AttachedDisk {
  disk: StoredDisk;
  isBoot: boolean;
  /** Whether it goes with the instance. */
  autoDelete: boolean;
  deviceName: string;
}

export interface StoredInstance {
  path: string;
  project: string;
  zone: string;
  name: string;
  id: string;
  status: "PROVISIONING" | "RUNNING" | "STOPPING";
  createdAt: string;
  /** What the request said; it is shown again. */
  request: Readonly<Record<string, unknown>>;
  /** The boot disk first. */
  disks: readonly AttachedDisk[];
  metadata: Map<string, string>;
  metadataVersion: number;
  address: string;
  hasExternalAddress: boolean;
  machine: LazyMachine;
  serialOutput: string;
  isPending: boolean;
  /** When its start-up script has ended, by `performance.now()`; undefined where it has been dealt with. */
  scriptEndsAt: number | undefined;
}

export const DEFAULT_ZONES: readonly string[] = [
  "us-central1-a",
  "us-central1-b",
  "us-east1-b",
  "europe-west1-b",
];

export const MACHINE_TYPES: readonly string[] = [
  "e2-medium",
  "e2-micro",
  "e2-standard-2",
  "n1-highcpu-4",
  "n1-standard-1",
  "n2-standard-2",
];

export const DISK_TYPES: readonly string[] = ["pd-balanced", "pd-ssd", "pd-standard"];

const debian = (release: number, name: string): string =>
  `ID=debian\nVERSION_ID="${release}"\nPRETTY_NAME="Debian GNU/Linux ${release} (${name})"\n`;

export const DEFAULT_IMAGES: readonly GoogleComputeSeedImage[] = [
  {
    project: "debian-cloud",
    name: "debian-12-bookworm-v20260609",
    family: "debian-12",
    licenses: ["debian-12-bookworm"],
    files: { "/etc/os-release": debian(12, "bookworm") },
  },
  {
    project: "debian-cloud",
    name: "debian-12-bookworm-v20250101",
    family: "debian-12",
    licenses: ["debian-12-bookworm"],
    isDeprecated: true,
    files: { "/etc/os-release": debian(12, "bookworm") },
  },
  {
    project: "debian-cloud",
    name: "debian-13-trixie-v20260610",
    family: "debian-13",
    licenses: ["debian-13-trixie"],
    files: { "/etc/os-release": debian(13, "trixie") },
  },
  {
    project: "compute-image-tools",
    name: "debian-12-worker-v20260501",
    family: "debian-12-worker",
    licenses: ["debian-12-bookworm"],
  },
];
