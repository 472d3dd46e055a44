import { AsyncOperations } from "./async-operations.ts";
import type { Blobs } from "./blobs.ts";
import {
  groupNotFound,
  invalidParameter,
  quotaExceeded,
  referenceNotFound,
  resourceNotFound,
} from "./errors.ts";
import { type Body, tags, text } from "./input.ts";
import type { ResourceKind } from "./kind.ts";
import type { AzurePlatformImage, Resource, ResourceGroup } from "./model.ts";
import { keyOf, lastPart, normalizeLocation, type ResourceName, resourceId } from "./names.ts";

/** What a new cloud is made of. */
export interface ResourcesOptions {
  subscription: string;
  locations: readonly string[];
  platformImages: readonly AzurePlatformImage[];
  operationMs: number;
  retryAfterSeconds: number;
  /** The most that may exist of a type at a time. */
  limits: Readonly<Record<string, number>>;
}

/** What a request's body holds that is not kept as it is. */
const OWN_FIELDS = ["id", "name", "type", "location", "tags", "properties", "apiVersion"];
const TEMPLATE_FIELDS = ["dependsOn", "condition", "comments", "copy", "resources"];

/** Everything that exists in a subscription. */
export class Resources {
  readonly options: ResourcesOptions;
  readonly operations: AsyncOperations;
  readonly blobs: Blobs;
  readonly #kinds: ReadonlyMap<string, ResourceKind>;
  readonly #groups = new Map<string, ResourceGroup>();
  readonly #all = new Map<string, Resource>();

  constructor(options: ResourcesOptions, kinds: readonly ResourceKind[], blobs: Blobs) {
    this.options = options;
    this.operations = new AsyncOperations(options);
    this.blobs = blobs;
    this.#kinds = new Map(kinds.map((kind) => [kind.type.toLowerCase(), kind]));
  }

  get groups(): ResourceGroup[] {
    return [...this.#groups.values()];
  }

  /** All resources, or those of one type. */
  all(type?: string): Resource[] {
    const every = [...this.#all.values()];
    return type === undefined ? every : every.filter((resource) => resource.type === type);
  }

  kind(type: string): ResourceKind | undefined {
    return this.#kinds.get(type.toLowerCase());
  }

  findGroup(name: string): ResourceGroup | undefined {
    return this.#groups.get(name.toLowerCase());
  }

  /** @throws 404 `ResourceGroupNotFound`. */
  group(name: string): ResourceGroup {
    const group = this.findGroup(name);
    if (group === undefined) throw groupNotFound(name);
    return group;
  }

  putGroup(group: ResourceGroup): void {
    this.#groups.set(group.name.toLowerCase(), group);
  }

  /** Removes a group with everything in it, in use or not. */
  removeGroup(name: string): void {
    for (const resource of this.all()) {
      if (resource.group.toLowerCase() === name.toLowerCase()) this.#all.delete(keyOf(resource.id));
    }
    this.#groups.delete(name.toLowerCase());
  }

  idOf(name: ResourceName): string {
    return resourceId(this.options.subscription, name);
  }

  find(id: string): Resource | undefined {
    return this.#all.get(keyOf(id));
  }

  /** @throws 404 `ResourceGroupNotFound` or `ResourceNotFound`. */
  get(name: ResourceName): Resource {
    this.group(name.group);
    const found = this.find(this.idOf(name));
    if (found === undefined) throw resourceNotFound(name.type, name.names.join("/"), name.group);
    return found;
  }

  /** A resource that a request's body names by its id. */
  referred(id: string, type: string): Resource {
    const found = this.find(id);
    if (found === undefined || found.type !== type) throw referenceNotFound(id);
    return found;
  }

  requireLocation(location: string): string {
    const normal = normalizeLocation(location);
    if (this.options.locations.includes(normal)) return normal;
    throw invalidParameter(
      "location",
      `The provided location '${location}' is not available for resource type. List of available regions is '${this.options.locations.join(",")}'.`,
    );
  }

  /**
   * Stores a resource as a request describes it. What is answered ends the making of it: with an error's text it
   * becomes `Failed`, as it does in the cloud, where it stays.
   */
  put(kind: ResourceKind, name: ResourceName, body: Body, isSeed = false): Resource {
    const group = this.group(name.group);
    const existing = this.find(this.idOf(name));
    const resource = this.#describe(kind, { ...name, group: group.name }, body, existing);
    resource.isSeed = isSeed;
    if (existing === undefined) this.#requireQuota(kind, resource);
    const change = { resources: this, resource, existing, body };
    kind.prepare?.(change);
    this.#all.set(keyOf(resource.id), resource);
    kind.stored?.(change);
    return resource;
  }

  /** Removes a resource with everything that belongs to it. */
  remove(resource: Resource): void {
    const key = keyOf(resource.id);
    this.#all.delete(key);
    for (const other of this.#all.keys()) {
      if (other.startsWith(`${key}/`)) this.#all.delete(other);
    }
    this.kind(resource.type)?.removed?.(this, resource);
  }

  /** A resource, as the API shows it. */
  view(resource: Resource, expand = ""): object {
    const kind = this.kind(resource.type);
    const { id, type, location, tags: shown, properties, fields, state } = resource;
    return {
      ...fields,
      ...kind?.fields?.(this, resource),
      id,
      name: lastPart(id),
      type,
      ...(location === "" ? {} : { location }),
      ...(Object.keys(shown).length === 0 ? {} : { tags: shown }),
      properties: {
        ...properties,
        ...kind?.view?.(this, resource, expand),
        provisioningState: state,
      },
    };
  }

  #describe(
    kind: ResourceKind,
    name: ResourceName,
    body: Body,
    existing: Resource | undefined,
  ): Resource {
    const ignored = [...OWN_FIELDS, ...TEMPLATE_FIELDS];
    const location = kind.isPlaceless ? "" : this.requireLocation(text(body, "location"));
    if (existing !== undefined && existing.location !== location) {
      throw invalidParameter(
        "location",
        `The resource '${lastPart(existing.id)}' already exists in location '${existing.location}'.`,
      );
    }
    return {
      id: existing?.id ?? this.idOf(name),
      type: kind.type,
      group: name.group,
      names: name.names,
      location,
      tags: tags(body) ?? existing?.tags ?? {},
      state: existing === undefined ? "Creating" : "Updating",
      properties: { ...((body["properties"] ?? {}) as Record<string, unknown>) },
      fields: Object.fromEntries(
        Object.entries(body).filter(([field, value]) => !ignored.includes(field) && value !== null),
      ),
      createdAt: existing?.createdAt ?? new Date().toISOString(),
      isSeed: false,
      files: existing?.files ?? [],
      machine: existing?.machine,
    };
  }

  #requireQuota({ type }: ResourceKind, { location }: Resource): void {
    const limit = this.options.limits[type];
    if (limit === undefined) return;
    const own = this.all(type).filter(({ isSeed }) => !isSeed);
    if (own.length >= limit) throw quotaExceeded(type, location, limit);
  }
}
