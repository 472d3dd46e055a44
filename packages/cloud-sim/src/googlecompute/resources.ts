import { snapshotOfFiles } from "../machine/snapshot.ts";
import { forbidden, notFound, quotaExceeded } from "./errors.ts";
import {
  type GoogleComputeSeedImage,
  MACHINE_TYPES,
  type StoredDisk,
  type StoredImage,
  type StoredInstance,
} from "./model.ts";
import { newId, selfLink } from "./names.ts";
import { Operations } from "./operations.ts";

/** What a new cloud is made of. */
export interface ResourcesOptions {
  /** The projects in which things can be made. */
  projects: readonly string[];
  zones: readonly string[];
  networks: readonly string[];
  images: readonly GoogleComputeSeedImage[];
  operationMs: number;
  longestWaitMs: number;
  scriptMs: number;
  /** The most that may exist at a time, over all projects. */
  limits: { images: number; instances: number; disks: number };
}

/** Everything that exists in the cloud, by path. */
export class Resources {
  readonly options: ResourcesOptions;
  readonly operations: Operations;
  readonly images = new Map<string, StoredImage>();
  readonly disks = new Map<string, StoredDisk>();
  readonly instances = new Map<string, StoredInstance>();

  constructor(options: ResourcesOptions) {
    this.options = options;
    this.operations = new Operations(options.operationMs, options.longestWaitMs);
    for (const seed of options.images) {
      const image = seedImage(seed);
      this.images.set(image.path, image);
    }
  }

  /** Refuses a change in a project that is not the caller's own. */
  requireOwn(project: string, permission: string, path: string): void {
    if (this.options.projects.includes(project)) return;
    const isKnown = this.options.images.some((image) => image.project === project);
    throw isKnown ? forbidden(permission, path) : notFound(`projects/${project}`);
  }

  requireZone(project: string, zone: string): void {
    if (!this.options.zones.includes(zone)) throw notFound(`projects/${project}/zones/${zone}`);
  }

  requireMachineType(project: string, zone: string, name: string): void {
    if (MACHINE_TYPES.includes(name)) return;
    throw notFound(`projects/${project}/zones/${zone}/machineTypes/${name}`);
  }

  /** Refuses one more of a kind than the quota allows. */
  requireQuota(kind: "images" | "instances" | "disks"): void {
    const limit = this.options.limits[kind];
    const own = [...this[kind].values()].filter((one) => !("isSeed" in one && one.isSeed));
    if (own.length >= limit) throw quotaExceeded(kind.toUpperCase(), limit);
  }
}

/** The region of a zone. */
export function regionOf(zone: string): string {
  return zone.slice(0, zone.lastIndexOf("-"));
}

function seedImage(seed: GoogleComputeSeedImage): StoredImage {
  const { project, name, licenses = [], guestOsFeatures = ["UEFI_COMPATIBLE", "GVNIC"] } = seed;
  const path = `projects/${project}/global/images/${name}`;
  return {
    path,
    project,
    isSeed: true,
    isPending: false,
    files: snapshotOfFiles(seed.files ?? {}),
    view: {
      kind: "compute#image",
      id: newId(),
      name,
      selfLink: selfLink(path),
      creationTimestamp: new Date().toISOString(),
      status: "READY",
      sourceType: "RAW",
      diskSizeGb: String(seed.diskSizeGb ?? 10),
      archiveSizeBytes: "1000000000",
      licenses: licenses.map((license) =>
        selfLink(`projects/${project}/global/licenses/${license}`),
      ),
      guestOsFeatures: guestOsFeatures.map((type) => ({ type })),
      storageLocations: ["us"],
      architecture: "X86_64",
      labelFingerprint: "42WmSpB8rSM=",
      ...(seed.family === undefined ? {} : { family: seed.family }),
      ...(seed.isDeprecated ? { deprecated: { state: "DEPRECATED" } } : {}),
    },
  };
}
