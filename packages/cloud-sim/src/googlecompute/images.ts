import { ApiError } from "../frame/errors.ts";
import type { Buckets } from "./buckets.ts";
import { alreadyExists, inUse, invalid, notFound, notReady } from "./errors.ts";
import { type Body, block, blocks, labels, text, texts } from "./input.ts";
import type { ImageView, StoredDisk, StoredImage } from "./model.ts";
import { checkedName, newId, resourcePath, selfLink } from "./names.ts";
import type { Resources } from "./resources.ts";

/** The images of a cloud, and what can be done with them. */
export class Images {
  readonly #resources: Resources;
  readonly #buckets: Buckets;

  constructor(resources: Resources, buckets: Buckets) {
    this.#resources = resources;
    this.#buckets = buckets;
  }

  get(project: string, name: string): ImageView {
    return this.find(`projects/${project}/global/images/${name}`).view;
  }

  /** The newest image of a family that is not deprecated; a family of nothing else answers the newest of all. */
  getFromFamily(project: string, family: string): ImageView {
    return this.#ofFamily(project, family).view;
  }

  /** An image by its path, or by `…/images/family/f`. */
  find(path: string): StoredImage {
    const family = /^projects\/([^/]+)\/global\/images\/family\/([^/]+)$/.exec(path);
    if (family !== null) return this.#ofFamily(family[1] as string, family[2] as string);
    const image = this.#resources.images.get(path);
    if (image === undefined) throw notFound(path);
    return image;
  }

  /** Begins to make an image of a disk, or of an archive in a bucket. */
  insert(project: string, body: Body, requestId: string): object {
    const known = this.#resources.operations.begunBy(requestId);
    if (known !== undefined) return known;
    const name = checkedName(body["name"], "resource.name");
    const path = `projects/${project}/global/images/${name}`;
    this.#resources.requireOwn(project, "compute.images.create", path);
    if (this.#resources.images.has(path)) throw alreadyExists(path);
    this.#resources.requireQuota("images");
    const image = this.#made(project, path, body);
    this.#resources.images.set(path, image);
    return this.#resources.operations.start("images.insert", {
      scope: `projects/${project}/global`,
      type: "insert",
      target: path,
      requestId,
      finish(failure) {
        image.isPending = false;
        // As in the real cloud, an image that could not be made may stay and has to be deleted.
        image.view.status = failure === undefined ? "READY" : "FAILED";
      },
    });
  }

  /** Begins to delete an image. */
  delete(project: string, name: string, requestId: string): object {
    const known = this.#resources.operations.begunBy(requestId);
    if (known !== undefined) return known;
    const path = `projects/${project}/global/images/${name}`;
    this.#resources.requireOwn(project, "compute.images.delete", path);
    const image = this.find(path);
    if (image.isPending) throw notReady(path);
    image.isPending = true;
    return this.#resources.operations.start("images.delete", {
      scope: `projects/${project}/global`,
      type: "delete",
      target: path,
      requestId,
      finish: (failure) => {
        image.isPending = false;
        if (failure === undefined) this.#resources.images.delete(path);
      },
    });
  }

  /** Sets or, where the state is empty, removes an image's deprecation. */
  deprecate(project: string, name: string, body: Body, requestId: string): object {
    const path = `projects/${project}/global/images/${name}`;
    this.#resources.requireOwn(project, "compute.images.deprecate", path);
    const { view } = this.find(path);
    const status = Object.fromEntries(
      ["state", "deprecated", "obsolete", "deleted"]
        .map((field) => [field, text(body, field)] as const)
        .filter(([, value]) => value !== ""),
    );
    return this.#resources.operations.start("images.deprecate", {
      scope: `projects/${project}/global`,
      type: "setDeprecation",
      target: path,
      requestId,
      finish(failure) {
        if (failure === undefined && Object.keys(status).length > 0) view.deprecated = status;
      },
    });
  }

  #ofFamily(project: string, family: string): StoredImage {
    const path = `projects/${project}/global/images/family/${family}`;
    const found = [...this.#resources.images.values()]
      .filter((image) => image.project === project && image.view.family === family)
      .filter(({ view }) => view.status === "READY" && view.deprecated === undefined)
      .at(-1);
    if (found === undefined) throw notFound(path);
    return found;
  }

  #made(project: string, path: string, body: Body): StoredImage {
    const rawDisk = text(block(body, "rawDisk"), "source");
    const sourceDisk = text(body, "sourceDisk");
    if ((rawDisk === "") === (sourceDisk === "")) {
      throw invalid("resource", path, "Exactly one of sourceDisk and rawDisk must be given.");
    }
    const source = rawDisk === "" ? this.#disk(resourcePath(sourceDisk, project)) : undefined;
    if (source === undefined) this.#requireArchive(rawDisk);
    const asked = labels(body);
    const storageLocations = texts(body, "storageLocations");
    const view: ImageView = {
      kind: "compute#image",
      id: newId(),
      name: text(body, "name"),
      selfLink: selfLink(path),
      creationTimestamp: new Date().toISOString(),
      status: "PENDING",
      sourceType: "RAW",
      diskSizeGb: String(source?.sizeGb ?? 10),
      archiveSizeBytes: "1000000000",
      licenses: [...new Set([...(source?.source.view.licenses ?? []), ...texts(body, "licenses")])],
      guestOsFeatures: [
        ...(source?.source.view.guestOsFeatures ?? []),
        ...blocks(body, "guestOsFeatures").map((feature) => ({ type: text(feature, "type") })),
      ],
      storageLocations: storageLocations.length === 0 ? ["us"] : storageLocations,
      architecture: text(body, "architecture") || "X86_64",
      labelFingerprint: "42WmSpB8rSM=",
      ...(asked === undefined ? {} : { labels: asked }),
      ...copied(body, ["description", "family", "shieldedInstanceInitialState"]),
      ...(source === undefined
        ? { rawDisk: { source: rawDisk } }
        : { sourceDisk: selfLink(source.path), sourceImage: source.source.view.selfLink }),
    };
    const files = source?.files ?? [];
    return { path, project, view, files, isSeed: false, isPending: true };
  }

  #disk(path: string): StoredDisk {
    const disk = this.#resources.disks.get(path);
    if (disk === undefined) throw notFound(path);
    if (disk.isPending) throw notReady(path);
    const user = [...this.#resources.instances.values()].find(({ disks }) =>
      disks.some((attached) => attached.disk === disk),
    );
    if (user !== undefined) throw inUse(path, user.path);
    return disk;
  }

  #requireArchive(source: string): void {
    const found = /\/(?:storage\/v1\/b\/)?([^/]+)\/(?:o\/)?([^/]+)$/.exec(source);
    const [bucket, name] = [found?.[1] ?? "", decodeURIComponent(found?.[2] ?? "")];
    if (this.#buckets.has(bucket, name)) return;
    throw new ApiError(
      404,
      "notFound",
      `The Google Cloud Storage object '${bucket}/${name}' was not found`,
    );
  }
}

/** Those of the fields that are there. */
function copied(body: Body, fields: readonly string[]): Partial<ImageView> {
  const there = fields.filter((field) => body[field] !== undefined && body[field] !== "");
  return Object.fromEntries(there.map((field) => [field, body[field]]));
}
