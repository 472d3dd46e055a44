import { Buckets } from "./buckets.ts";
import { Disks } from "./disks.ts";
import { Images } from "./images.ts";
import { Instances } from "./instances.ts";
import type { GoogleComputeSnapshot } from "./model.ts";
import { lastPart } from "./names.ts";
import { Resources, type ResourcesOptions } from "./resources.ts";
import { StartupScripts } from "./startup-scripts.ts";
import type { Tokens } from "./tokens.ts";

/** A whole cloud: what exists, and what can be done with it. */
export class Cloud {
  readonly resources: Resources;
  readonly buckets: Buckets;
  readonly images: Images;
  readonly disks: Disks;
  readonly instances: Instances;
  readonly tokens: Tokens;
  readonly scripts: StartupScripts;

  constructor(options: ResourcesOptions & { buckets: readonly string[]; tokens: Tokens }) {
    this.resources = new Resources(options);
    this.buckets = new Buckets(options.buckets);
    this.tokens = options.tokens;
    this.scripts = new StartupScripts(this.resources, this.buckets);
    this.images = new Images(this.resources, this.buckets);
    this.disks = new Disks(this.resources);
    this.instances = new Instances(this.resources, this.images, this.scripts);
  }

  /** Brings about what time has brought. */
  async settle(): Promise<void> {
    this.resources.operations.settle();
    await this.scripts.settle();
  }

  snapshot(): GoogleComputeSnapshot {
    this.resources.operations.settle();
    const { disks, images, instances } = this.resources;
    return {
      images: [...images.values()]
        .filter(({ isSeed }) => !isSeed)
        .map(({ project, view }) => ({
          project,
          name: view.name,
          status: view.status,
          sourceDisk: view.sourceDisk,
        })),
      instances: [...instances.values()].map(({ project, zone, name, status, metadata }) => ({
        project,
        zone,
        name,
        status,
        metadata: Object.fromEntries(metadata),
      })),
      disks: [...disks.values()].map((disk) => ({
        project: disk.project,
        zone: disk.zone,
        name: disk.name,
        users: this.disks.users(disk).map(lastPart),
      })),
      objects: this.buckets.list(),
    };
  }
}
