import type {
  GalleryImage,
  GalleryImageVersion,
  Image,
  Snapshot,
  VirtualMachine,
} from "@azure/arm-compute";
import type { GenericResource, ResourceGroup } from "@azure/arm-resources";
import { BlobStore } from "./blob-store.ts";
import { AzureError } from "./errors.ts";
import { normalizeRegion } from "./names.ts";
import { begin, call, ifThere, type Operation } from "./operation.ts";
import type { Removable } from "./remove-all.ts";
import {
  apiVersionOf,
  describeResource,
  formatResourceId,
  parseResourceId,
  type ResourceId,
} from "./resource-id.ts";
import { type ConnectOptions, loadSdk, type Sdk } from "./sdk.ts";

export type { GalleryImage, GalleryImageVersion, GenericResource, Image, VirtualMachine };

/** A resource in a resource group of the subscription that is built in. */
export type OwnResource = Omit<ResourceId, "subscription">;

/** Talks to Azure Resource Manager, through its official SDK. Calls reject with {@link AzureError}. */
export class AzureClient implements Removable {
  readonly subscription: string;
  readonly blobs: BlobStore;
  readonly #sdk: Sdk;

  private constructor(sdk: Sdk, subscription: string) {
    this.#sdk = sdk;
    this.subscription = subscription;
    this.blobs = new BlobStore(sdk.credential);
  }

  /** Loads the SDK, which takes a while: do it when a build runs, not before. It calls nothing yet. */
  static async connect(options: ConnectOptions): Promise<AzureClient> {
    return new AzureClient(await loadSdk(options), options.subscription);
  }

  /** The id of a resource of the subscription that is built in. */
  idOf(resource: OwnResource): string {
    return formatResourceId({ subscription: this.subscription, ...resource });
  }

  /** The regions of the subscription in which gallery images can be, such as `eastus`. */
  async regions(signal?: AbortSignal): Promise<Set<string>> {
    const provider = await call("looking for the regions", signal, (options) =>
      this.#sdk.resources.providers.get("Microsoft.Compute", options),
    );
    const types = provider.resourceTypes ?? [];
    const galleries = types.find(({ resourceType }) => /^galleries$/i.test(resourceType ?? ""));
    return new Set((galleries?.locations ?? []).map(normalizeRegion));
  }

  /** `undefined` where there is no such resource group. */
  async findGroup(name: string, signal?: AbortSignal): Promise<ResourceGroup | undefined> {
    return await ifThere(
      call(`looking for the resource group ${name}`, signal, (options) =>
        this.#sdk.resources.resourceGroups.get(name, options),
      ),
    );
  }

  async createGroup(group: {
    name: string;
    location: string;
    tags: Readonly<Record<string, string>>;
  }): Promise<void> {
    const { name, location, tags } = group;
    await call(`creating the resource group ${name}`, undefined, () =>
      this.#sdk.resources.resourceGroups.createOrUpdate(name, { location, tags: { ...tags } }),
    );
  }

  /** `undefined` where there is no such resource group. Everything in it goes with it. */
  async deleteGroup(name: string): Promise<Operation | undefined> {
    return await ifThere(
      begin(`deleting the resource group ${name}`, () =>
        this.#sdk.resources.resourceGroups.delete(name),
      ),
    );
  }

  /** `undefined` where there is no such resource. */
  async findResource(id: string, signal?: AbortSignal): Promise<GenericResource | undefined> {
    return await ifThere(
      call(`looking for the ${describeResource(id)}`, signal, (options) =>
        this.#sdk.resources.resources.getById(plain(id), apiVersionOf(id), options),
      ),
    );
  }

  /** Makes a resource of the network. */
  async createResource(id: string, resource: GenericResource): Promise<Operation<GenericResource>> {
    return await begin(`creating the ${describeResource(id)}`, () =>
      this.#sdk.resources.resources.createOrUpdateById(plain(id), apiVersionOf(id), resource),
    );
  }

  /** `undefined` where there is no such resource. */
  async deleteResource(id: string): Promise<Operation | undefined> {
    return await ifThere(
      begin(`deleting the ${describeResource(id)}`, () =>
        this.#sdk.resources.resources.deleteById(plain(id), apiVersionOf(id)),
      ),
    );
  }

  async removeResource(id: string): Promise<boolean> {
    const removal = await this.deleteResource(id);
    await removal?.wait();
    return removal !== undefined;
  }

  async removeBlob(url: string): Promise<boolean> {
    return await this.blobs.remove(url);
  }

  async createMachine(id: string, machine: VirtualMachine): Promise<Operation<VirtualMachine>> {
    const { group, names } = parseResourceId(id);
    return await begin(`creating the ${describeResource(id)}`, () =>
      this.#compute(id).virtualMachines.createOrUpdate(group, first(names), machine),
    );
  }

  /** Stops a machine, and gives back what it runs on. */
  async deallocateMachine(id: string): Promise<Operation> {
    const { group, names } = parseResourceId(id);
    return await begin(`stopping the ${describeResource(id)}`, () =>
      this.#compute(id).virtualMachines.deallocate(group, first(names)),
    );
  }

  /** Tells the cloud that a machine's users and host keys are gone, so that images can be made of it. */
  async generalizeMachine(id: string, signal?: AbortSignal): Promise<void> {
    const { group, names } = parseResourceId(id);
    await call(`generalizing the ${describeResource(id)}`, signal, () =>
      this.#compute(id).virtualMachines.generalize(group, first(names)),
    );
  }

  /** `undefined` where there is no such image. */
  async findImage(id: string, signal?: AbortSignal): Promise<Image | undefined> {
    const { group, names } = parseResourceId(id);
    return await ifThere(
      call(`looking for the ${describeResource(id)}`, signal, (options) =>
        this.#compute(id).images.get(group, first(names), options),
      ),
    );
  }

  async createImage(id: string, image: Image): Promise<Operation<Image>> {
    const { group, names } = parseResourceId(id);
    return await begin(`creating the ${describeResource(id)}`, () =>
      this.#compute(id).images.createOrUpdate(group, first(names), image),
    );
  }

  async createSnapshot(id: string, snapshot: Snapshot): Promise<Operation<Snapshot>> {
    const { group, names } = parseResourceId(id);
    return await begin(`creating the ${describeResource(id)}`, () =>
      this.#compute(id).snapshots.createOrUpdate(group, first(names), snapshot),
    );
  }

  /** `undefined` where there is no such image definition. */
  async findGalleryImage(id: string, signal?: AbortSignal): Promise<GalleryImage | undefined> {
    const { group, names } = parseResourceId(id);
    const [gallery = "", image = ""] = names;
    return await ifThere(
      call(`looking for the image ${names.join("/")}`, signal, (options) =>
        this.#compute(id).galleryImages.get(group, gallery, image, options),
      ),
    );
  }

  /** `undefined` where there is no such version. */
  async findGalleryVersion(
    id: string,
    signal?: AbortSignal,
  ): Promise<GalleryImageVersion | undefined> {
    const { group, names } = parseResourceId(id);
    const [gallery = "", image = "", version = ""] = names;
    return await ifThere(
      call(`looking for the version ${names.join("/")}`, signal, (options) =>
        this.#compute(id).galleryImageVersions.get(group, gallery, image, version, options),
      ),
    );
  }

  async createGalleryVersion(
    id: string,
    content: GalleryImageVersion,
  ): Promise<Operation<GalleryImageVersion>> {
    const { group, names } = parseResourceId(id);
    const [gallery = "", image = "", version = ""] = names;
    return await begin(`creating the version ${names.join("/")}`, () =>
      this.#compute(id).galleryImageVersions.createOrUpdate(
        group,
        gallery,
        image,
        version,
        content,
      ),
    );
  }

  /** Lets a disk be read for a while; answers the URL, which is a secret. */
  async grantAccess(diskId: string, seconds: number, signal: AbortSignal): Promise<string> {
    const { group, names } = parseResourceId(diskId);
    const data = { access: "Read", durationInSeconds: seconds };
    const what = `opening the ${describeResource(diskId)} for reading`;
    const operation = await begin(what, () =>
      this.#compute(diskId).disks.grantAccess(group, first(names), data),
    );
    const { accessSAS } = await operation.wait(signal);
    if (accessSAS !== undefined) return accessSAS;
    throw new AzureError("OPERATION_FAILED", `${what} failed: the cloud answered no URL`);
  }

  /** Ends what {@link grantAccess} began. */
  async revokeAccess(diskId: string): Promise<void> {
    const { group, names } = parseResourceId(diskId);
    const operation = await ifThere(
      begin(`closing the ${describeResource(diskId)}`, () =>
        this.#compute(diskId).disks.revokeAccess(group, first(names)),
      ),
    );
    await operation?.wait();
  }

  #compute(id: string): ReturnType<Sdk["compute"]> {
    return this.#sdk.compute(parseResourceId(id).subscription);
  }
}

/** An id as the SDK wants it in a path. */
function plain(id: string): string {
  return id.replace(/^\//, "");
}

function first(names: readonly string[]): string {
  return names[0] ?? "";
}
