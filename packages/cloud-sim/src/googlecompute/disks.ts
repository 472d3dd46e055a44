import { inUse, notFound, notReady } from "./errors.ts";
import type { StoredDisk } from "./model.ts";
import { selfLink } from "./names.ts";
import type { Resources } from "./resources.ts";

/** The disks of a cloud. They come with instances, and may stay when those go. */
export class Disks {
  readonly #resources: Resources;

  constructor(resources: Resources) {
    this.#resources = resources;
  }

  get(path: string): object {
    const disk = this.#find(path);
    const users = this.users(disk).map(selfLink);
    return {
      kind: "compute#disk",
      id: disk.id,
      name: disk.name,
      zone: selfLink(`projects/${disk.project}/zones/${disk.zone}`),
      selfLink: selfLink(path),
      creationTimestamp: disk.createdAt,
      status: disk.status,
      sizeGb: String(disk.sizeGb),
      type: selfLink(`projects/${disk.project}/zones/${disk.zone}/diskTypes/${disk.type}`),
      sourceImage: disk.source.view.selfLink,
      licenses: disk.source.view.licenses,
      ...(users.length === 0 ? {} : { users }),
    };
  }

  /** Begins to delete a disk that no instance has. */
  delete(path: string, requestId: string): object {
    const known = this.#resources.operations.begunBy(requestId);
    if (known !== undefined) return known;
    const disk = this.#find(path);
    if (disk.isPending) throw notReady(path);
    const [user] = this.users(disk);
    if (user !== undefined) throw inUse(path, user);
    disk.isPending = true;
    disk.status = "DELETING";
    return this.#resources.operations.start("disks.delete", {
      scope: `projects/${disk.project}/zones/${disk.zone}`,
      type: "delete",
      target: path,
      requestId,
      finish: (failure) => {
        disk.isPending = false;
        disk.status = "READY";
        if (failure === undefined) this.#resources.disks.delete(path);
      },
    });
  }

  /** The paths of the instances that a disk is attached to. */
  users(disk: StoredDisk): string[] {
    return [...this.#resources.instances.values()]
      .filter(({ disks }) => disks.some((attached) => attached.disk === disk))
      .map(({ path }) => path);
  }

  #find(path: string): StoredDisk {
    const disk = this.#resources.disks.get(path);
    if (disk === undefined) throw notFound(path);
    return disk;
  }
}
