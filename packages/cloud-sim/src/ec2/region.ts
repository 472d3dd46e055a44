import { randomBytes } from "node:crypto";
import { ApiError } from "../frame/errors.ts";
import type {
  Ec2Image,
  Ec2Instance,
  Ec2KeyPair,
  Ec2SecurityGroup,
  Ec2SnapshotThing,
  Ec2Subnet,
  Ec2Thing,
  Ec2Volume,
  Ec2Vpc,
  Transition,
} from "./model.ts";

/** How long things take, in milliseconds. */
export interface Ec2Timing {
  /** From pending to running, from stopping to stopped, from shutting-down to terminated. */
  instanceMs: number;
  /** From pending to available, for images, and to completed, for snapshots. */
  imageMs: number;
  /** The same for an image that is copied. */
  copyMs: number;
  /** How long nothing finds a thing that was just made. */
  invisibleMs: number;
  /** How long volumes seem to be in use after their instance is gone. */
  detachMs: number;
}

/** What can be made to fail on its way: `copy` is an image that is being copied. */
export type Ec2FailureKind = "image" | "copy" | "instance" | "snapshot";

const ID_PREFIXES = {
  image: "ami",
  instance: "i",
  volume: "vol",
  snapshot: "snap",
  keyPair: "key",
  securityGroup: "sg",
  vpc: "vpc",
  subnet: "subnet",
  networkInterface: "eni",
} as const;

/** Everything that one region holds. */
export class Ec2Region {
  readonly name: string;
  readonly timing: Ec2Timing;
  readonly images = new Map<string, Ec2Image>();
  readonly instances = new Map<string, Ec2Instance>();
  readonly volumes = new Map<string, Ec2Volume>();
  readonly snapshots = new Map<string, Ec2SnapshotThing>();
  readonly keyPairs = new Map<string, Ec2KeyPair>();
  readonly securityGroups = new Map<string, Ec2SecurityGroup>();
  readonly vpcs = new Map<string, Ec2Vpc>();
  readonly subnets = new Map<string, Ec2Subnet>();
  readonly #failures: { kind: Ec2FailureKind; reason: string }[] = [];

  constructor(name: string, timing: Ec2Timing) {
    this.name = name;
    this.timing = timing;
    this.#makeDefaultNetwork();
  }

  /** A new id of the length that EC2's have. */
  newId(kind: keyof typeof ID_PREFIXES): string {
    return `${ID_PREFIXES[kind]}-0${randomBytes(8).toString("hex")}`;
  }

  /** What every new thing has. */
  newThing(
    kind: keyof typeof ID_PREFIXES,
    tags: ReadonlyMap<string, string>,
  ): { id: string; tags: Map<string, string>; visibleAt: number } {
    return {
      id: this.newId(kind),
      tags: new Map(tags),
      visibleAt: performance.now() + this.timing.invisibleMs,
    };
  }

  /** A thing's way to a state, which may be planned to fail. */
  transition(kind: Ec2FailureKind, from: string, to: string): Transition & { reason?: string } {
    const planned = this.#failures.findIndex((failure) => failure.kind === kind);
    const [failure] = planned === -1 ? [] : this.#failures.splice(planned, 1);
    const { instanceMs, imageMs, copyMs } = this.timing;
    const duration = kind === "instance" ? instanceMs : kind === "copy" ? copyMs : imageMs;
    const at = performance.now() + duration;
    if (failure === undefined) return { from, to, at };
    return { from, to: FAILED_STATES[kind], at, reason: failure.reason };
  }

  /** The next thing of this kind fails on its way. */
  planFailure(kind: Ec2FailureKind, reason: string): void {
    this.#failures.push({ kind, reason });
  }

  /** Lets what is due happen: volumes go with the instances that are gone. */
  settle(): void {
    for (const instance of this.instances.values()) {
      if (stateOf(instance) !== "terminated" || instance.devices.length === 0) continue;
      if (performance.now() < instance.transition.at + this.timing.detachMs) continue;
      for (const { volumeId, deleteOnTermination } of instance.devices) {
        const volume = this.volumes.get(volumeId);
        if (volume === undefined) continue;
        if (deleteOnTermination) this.volumes.delete(volumeId);
        else volume.attachedTo = undefined;
      }
      instance.devices = [];
    }
  }

  #makeDefaultNetwork(): void {
    const nothing = new Map<string, string>();
    const at = { visibleAt: 0 };
    const vpc = { ...this.newThing("vpc", nothing), ...at, cidr: "172.31.0.0/16", isDefault: true };
    this.vpcs.set(vpc.id, vpc);
    for (const [index, zone] of ["a", "b"].entries()) {
      const subnet = {
        ...this.newThing("subnet", nothing),
        ...at,
        vpcId: vpc.id,
        cidr: `172.31.${index * 16}.0/20`,
        availabilityZone: `${this.name}${zone}`,
        isDefault: true,
        freeAddresses: 4091 - index,
      };
      this.subnets.set(subnet.id, subnet);
    }
    const group = {
      ...this.newThing("securityGroup", nothing),
      ...at,
      name: "default",
      description: "default VPC security group",
      vpcId: vpc.id,
      rules: [],
    };
    this.securityGroups.set(group.id, group);
  }
}

const FAILED_STATES: Readonly<Record<Ec2FailureKind, string>> = {
  image: "failed",
  copy: "failed",
  instance: "terminated",
  snapshot: "error",
};

/** The state that a thing is in now. */
export function stateOf({ transition }: { transition: Transition }): string {
  return performance.now() >= transition.at ? transition.to : transition.from;
}

/** The things that can be found by now. */
export function visible<Thing extends Ec2Thing>(things: ReadonlyMap<string, Thing>): Thing[] {
  const now = performance.now();
  return [...things.values()].filter(({ visibleAt }) => now >= visibleAt);
}

/**
 * The thing with an id.
 *
 * @throws {ApiError} with the given code where there is none, or none that can be found yet.
 */
export function find<Thing extends Ec2Thing>(
  things: ReadonlyMap<string, Thing>,
  id: string,
  code: string,
  kind: string,
): Thing {
  const thing = things.get(id);
  if (thing !== undefined && performance.now() >= thing.visibleAt) return thing;
  throw new ApiError(400, code, `The ${kind} '${id}' does not exist`);
}

/** The things with the given ids, or all. @throws {ApiError} as {@link find}. */
export function select<Thing extends Ec2Thing>(
  things: ReadonlyMap<string, Thing>,
  ids: readonly string[],
  code: string,
  kind: string,
): Thing[] {
  if (ids.length === 0) return visible(things);
  return ids.map((id) => find(things, id, code, kind));
}
