import type { Body } from "./input.ts";
import type { Resource } from "./model.ts";
import type { Resources } from "./resources.ts";

/** A resource that is about to be made or changed. */
export interface Change {
  resources: Resources;
  /** As it will be; nothing is stored yet. */
  resource: Resource;
  /** As it is, where it is there. */
  existing: Resource | undefined;
  body: Body;
}

/** What is particular to a type of resource. */
export interface ResourceKind {
  /** Such as `Microsoft.Compute/images`. */
  type: string;
  /** What the names of its operations begin with, such as `Images`. */
  operations: string;
  /** Whether it has no location of its own. */
  isPlaceless?: boolean;
  /** Whether to make or delete one takes no time. */
  isImmediate?: boolean;
  /** Refuses a request that cannot be fulfilled, and completes the resource. */
  prepare?(change: Change): void;
  /** Brings about what comes with a new resource as soon as it is stored. */
  stored?(change: Change): void;
  /** Refuses to delete what is in use. */
  checkRemoval?(resources: Resources, resource: Resource): void;
  /** Brings about what goes with a resource. */
  removed?(resources: Resources, resource: Resource): void;
  /** Properties that are worked out when they are asked for; `expand` is the query's `$expand`. */
  view?(resources: Resources, resource: Resource, expand: string): object;
  /** Fields beside the properties that are worked out when they are asked for. */
  fields?(resources: Resources, resource: Resource): object;
}
