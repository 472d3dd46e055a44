import { randomBytes } from "node:crypto";
import { ApiError } from "../frame/errors.ts";
import { LazyMachine } from "../machine/lazy-machine.ts";
import { snapshotOfFiles } from "../machine/snapshot.ts";
import type {
  HappyCloudImage,
  HappyCloudInstance,
  HappyCloudInstanceStatus,
  HappyCloudRegion,
  HappyCloudSeedImage,
  HappyCloudSnapshot,
  StoredImage,
  StoredInstance,
} from "./model.ts";

/** What a new cloud is made of. */
export interface CloudOptions {
  regions: readonly HappyCloudRegion[];
  images: readonly HappyCloudSeedImage[];
  /** How long an instance takes to start and to stop, in milliseconds. */
  transitionMs: number;
}

/** What exists in the cloud, and what can be done with it. Refuses with the API's own errors. */
export class Cloud {
  readonly #regions: Map<string, HappyCloudRegion>;
  readonly #images = new Map<string, StoredImage>();
  readonly #instances = new Map<string, StoredInstance>();
  readonly #transitionMs: number;

  constructor(options: CloudOptions) {
    this.#regions = new Map(options.regions.map((region) => [region.id, { ...region }]));
    this.#transitionMs = options.transitionMs;
    for (const seed of options.images) {
      const { id, name, region } = seed;
      const labels = { ...seed.labels };
      const created_at = new Date().toISOString();
      this.#images.set(id, {
        shown: {
          id,
          name,
          region: this.region(region).id,
          source_image_id: null,
          labels,
          created_at,
        },
        clientToken: "",
        files: snapshotOfFiles(seed.files ?? {}),
      });
    }
  }

  regions(): HappyCloudRegion[] {
    return [...this.#regions.values()];
  }

  region(id: string): HappyCloudRegion {
    return this.#regions.get(id) ?? notFound("region", id);
  }

  images(filter: { name: string; region: string; clientToken: string }): HappyCloudImage[] {
    return [...this.#images.values()]
      .filter(({ shown, clientToken }) => {
        if (filter.name !== "" && shown.name !== filter.name) return false;
        if (filter.region !== "" && shown.region !== filter.region) return false;
        return filter.clientToken === "" || clientToken === filter.clientToken;
      })
      .map(({ shown }) => shown);
  }

  image(id: string): StoredImage {
    return this.#images.get(id) ?? notFound("image", id);
  }

  /** Makes an image of a stopped instance; with a client token that is known, answers the image made before. */
  async createImage(request: {
    name: string;
    instanceId: string;
    labels: Record<string, string>;
    clientToken: string;
  }): Promise<HappyCloudImage> {
    const known = findByToken(this.#images, request.clientToken);
    if (known !== undefined) {
      if (known.shown.name === request.name) return known.shown;
      throw tokenReused(request.clientToken);
    }
    const instance = this.instance(request.instanceId);
    requireStatus(instance, "stopped");
    const files = await instance.machine.snapshot();
    const { region, image_id } = instance.shown;
    const [taken] = this.images({ name: request.name, region, clientToken: "" });
    if (taken !== undefined) {
      throw new ApiError(
        409,
        "image_name_taken",
        `region ${region} has an image named ${request.name} already: ${taken.id}`,
      );
    }
    const shown: HappyCloudImage = {
      id: newId("img"),
      name: request.name,
      region,
      source_image_id: image_id,
      labels: request.labels,
      created_at: new Date().toISOString(),
    };
    this.#images.set(shown.id, { shown, clientToken: request.clientToken, files });
    return shown;
  }

  deleteImage(id: string): void {
    if (!this.#images.delete(id)) notFound("image", id);
  }

  instances(filter: { region: string; clientToken: string }): HappyCloudInstance[] {
    return [...this.#instances.values()]
      .filter(({ shown, clientToken }) => {
        if (filter.region !== "" && shown.region !== filter.region) return false;
        return filter.clientToken === "" || clientToken === filter.clientToken;
      })
      .map(showInstance);
  }

  instance(id: string): StoredInstance {
    return this.#instances.get(id) ?? notFound("instance", id);
  }

  /** Starts an instance of an image; with a client token that is known, answers the instance started before. */
  createInstance(request: {
    region: string;
    imageId: string;
    labels: Record<string, string>;
    clientToken: string;
  }): HappyCloudInstance {
    const known = findByToken(this.#instances, request.clientToken);
    if (known !== undefined) {
      if (known.shown.image_id === request.imageId) return showInstance(known);
      throw tokenReused(request.clientToken);
    }
    const region = this.region(request.region);
    const image = this.image(request.imageId);
    if (image.shown.region !== region.id) {
      throw new ApiError(
        400,
        "image_in_other_region",
        `image ${request.imageId} is in region ${image.shown.region}, not in ${region.id}`,
      );
    }
    const id = newId("ins");
    const instance: StoredInstance = {
      shown: {
        id,
        region: region.id,
        image_id: request.imageId,
        labels: request.labels,
        created_at: new Date().toISOString(),
      },
      clientToken: request.clientToken,
      machine: new LazyMachine(image.files, id),
      goal: "running",
      settlesAt: performance.now() + this.#transitionMs,
    };
    this.#instances.set(id, instance);
    return showInstance(instance);
  }

  /** Stops an instance; one that is stopped already is left as it is. */
  stopInstance(id: string): HappyCloudInstance {
    const instance = this.instance(id);
    if (instance.goal === "running") {
      instance.goal = "stopped";
      instance.settlesAt = performance.now() + this.#transitionMs;
    }
    return showInstance(instance);
  }

  deleteInstance(id: string): void {
    if (!this.#instances.delete(id)) notFound("instance", id);
  }

  /** The machine of an instance that runs. */
  runningMachine(id: string): LazyMachine {
    const instance = this.instance(id);
    requireStatus(instance, "running");
    return instance.machine;
  }

  snapshot(): HappyCloudSnapshot {
    return structuredClone({
      regions: this.regions(),
      images: this.images({ name: "", region: "", clientToken: "" }),
      instances: this.instances({ region: "", clientToken: "" }),
    });
  }
}

/** An instance, as the API shows it. */
export function showInstance(instance: StoredInstance): HappyCloudInstance {
  const { id, region, image_id, labels, created_at } = instance.shown;
  return { id, region, image_id, status: statusOf(instance), labels, created_at };
}

function statusOf(instance: StoredInstance): HappyCloudInstanceStatus {
  if (performance.now() >= instance.settlesAt) return instance.goal;
  return instance.goal === "running" ? "starting" : "stopping";
}

function requireStatus(instance: StoredInstance, wanted: HappyCloudInstanceStatus): void {
  const status = statusOf(instance);
  if (status === wanted) return;
  throw new ApiError(
    409,
    `instance_not_${wanted}`,
    `instance ${instance.shown.id} is ${status}; this needs it ${wanted}`,
  );
}

function findByToken<Item extends { clientToken: string }>(
  items: ReadonlyMap<string, Item>,
  token: string,
): Item | undefined {
  if (token === "") return undefined;
  return [...items.values()].find(({ clientToken }) => clientToken === token);
}

function tokenReused(token: string): ApiError {
  return new ApiError(
    409,
    "client_token_reused",
    `the client token ${token} was used for another request; use a new one`,
  );
}

function notFound(kind: string, id: string): never {
  throw new ApiError(404, `${kind}_not_found`, `no ${kind} ${JSON.stringify(id)} exists`);
}

function newId(kind: string): string {
  return `${kind}-${randomBytes(6).toString("hex")}`;
}
