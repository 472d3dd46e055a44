import { randomBytes } from "node:crypto";
import { ApiError, CloudSimError } from "../frame/errors.ts";
import type { BlockDevice, Ec2SeedImage, Ec2Snapshot } from "./model.ts";
import { Ec2Region, type Ec2Timing, stateOf } from "./region.ts";
import type { AwsCredentials } from "./signature.ts";

/** What a cloud is made of. */
export interface Ec2CloudOptions {
  accountId: string;
  credentials: AwsCredentials;
  regions: readonly string[];
  images: readonly Ec2SeedImage[];
  timing: Ec2Timing;
  /** The public address of every instance. */
  instanceAddress: string;
}

/** The account numbers behind the owners that have a name. Source: `aws ec2 describe-images --owners amazon`. */
const OWNER_IDS: Readonly<Record<string, string>> = { amazon: "137112412989" };

/** An account with all its regions. */
export class Ec2Cloud {
  readonly accountId: string;
  readonly instanceAddress: string;
  readonly #regions: ReadonlyMap<string, Ec2Region>;
  readonly #credentials = new Map<string, AwsCredentials>();

  constructor({ regions, images, timing, ...options }: Ec2CloudOptions) {
    this.accountId = options.accountId;
    this.instanceAddress = options.instanceAddress;
    this.#regions = new Map(regions.map((name) => [name, new Ec2Region(name, timing)]));
    this.#credentials.set(options.credentials.accessKeyId, options.credentials);
    for (const image of images) this.#seed(image);
  }

  regions(): Ec2Region[] {
    return [...this.#regions.values()];
  }

  /** @throws {ApiError} `AuthFailure`, which is EC2's answer in a region that the account does not have. */
  region(name: string): Ec2Region {
    const region = this.#regions.get(name);
    if (region !== undefined) return region;
    throw new ApiError(
      401,
      "AuthFailure",
      "AWS was not able to validate the provided access credentials",
    );
  }

  credentials(accessKeyId: string): AwsCredentials | undefined {
    return this.#credentials.get(accessKeyId);
  }

  /** New keys for a role. */
  assumeRole(roleArn: string, sessionName: string): AwsCredentials {
    const role = roleArn.split(":role/")[1] ?? "role";
    const credentials: AwsCredentials = {
      accessKeyId: `ASIA${randomBytes(8).toString("hex").toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString("base64"),
      sessionToken: randomBytes(60).toString("base64"),
      arn: `arn:aws:sts::${this.accountId}:assumed-role/${role}/${sessionName}`,
    };
    this.#credentials.set(credentials.accessKeyId, credentials);
    return credentials;
  }

  snapshot(): Ec2Snapshot {
    const parts = this.regions().map(summarise);
    return {
      images: parts.flatMap(({ images }) => images),
      instances: parts.flatMap(({ instances }) => instances),
      volumes: parts.flatMap(({ volumes }) => volumes),
      snapshots: parts.flatMap(({ snapshots }) => snapshots),
      keyPairs: parts.flatMap(({ keyPairs }) => keyPairs),
      securityGroups: parts.flatMap(({ securityGroups }) => securityGroups),
    };
  }

  #seed(image: Ec2SeedImage): void {
    const region = this.#regions.get(image.region);
    if (region === undefined) {
      throw new CloudSimError(
        "BAD_OPTION",
        `the seed image ${image.id} is in region ${image.region}, which is not among the regions: add it there`,
      );
    }
    const owner = image.owner ?? "amazon";
    const settled = { from: "pending", at: 0 };
    const device = rootDevice(region.newId("snapshot"));
    const isEbs = (image.rootDeviceType ?? "ebs") === "ebs";
    const creationDate = image.creationDate ?? new Date(0).toISOString();
    if (isEbs) {
      region.snapshots.set(device.snapshotId, {
        id: device.snapshotId,
        tags: new Map(),
        visibleAt: 0,
        volumeId: "vol-ffffffff",
        description: `Seed of ${image.id}`,
        size: device.size,
        encrypted: false,
        kmsKeyId: undefined,
        startTime: creationDate,
        transition: { ...settled, to: "completed" },
        createVolumePermissions: new Set(),
        isSeed: true,
      });
    }
    region.images.set(image.id, {
      id: image.id,
      tags: new Map(Object.entries(image.tags ?? {})),
      visibleAt: 0,
      name: image.name,
      description: image.description ?? "",
      ownerId: owner === "self" ? this.accountId : (OWNER_IDS[owner] ?? owner),
      ownerAlias: owner in OWNER_IDS ? owner : undefined,
      creationDate,
      architecture: image.architecture ?? "x86_64",
      rootDeviceType: image.rootDeviceType ?? "ebs",
      rootDeviceName: "/dev/xvda",
      transition: { ...settled, to: "available" },
      stateReason: undefined,
      devices: isEbs ? [device] : [],
      sourceInstanceId: undefined,
      sourceImageId: undefined,
      sourceImageRegion: undefined,
      clientToken: undefined,
      launchPermissions: new Set(owner === "self" ? [] : ["group:all"]),
      productCodes: new Set(),
      deprecationTime: undefined,
      imdsSupport: undefined,
      isSeed: true,
    });
  }
}

function rootDevice(snapshotId: string): BlockDevice & { snapshotId: string } {
  return {
    deviceName: "/dev/xvda",
    deleteOnTermination: true,
    size: 8,
    volumeType: "gp3",
    encrypted: false,
    kmsKeyId: undefined,
    iops: 3000,
    throughput: 125,
    snapshotId,
  };
}

function summarise(region: Ec2Region): Ec2Snapshot {
  region.settle();
  const { name } = region;
  return {
    images: [...region.images.values()].map((image) => ({
      region: name,
      id: image.id,
      name: image.name,
      description: image.description,
      state: stateOf(image),
      owner: image.ownerId,
      encrypted: image.devices.some(({ encrypted }) => encrypted),
      kmsKeyId: image.devices.find(({ kmsKeyId }) => kmsKeyId !== undefined)?.kmsKeyId,
      tags: Object.fromEntries(image.tags),
      sharedWith: [...image.launchPermissions].sort(),
      deprecationTime: image.deprecationTime,
      imdsSupport: image.imdsSupport,
      snapshotIds: image.devices.flatMap(({ snapshotId }) => snapshotId ?? []),
      isSeed: image.isSeed,
    })),
    instances: [...region.instances.values()]
      .filter((instance) => stateOf(instance) !== "terminated")
      .map((instance) => ({
        region: name,
        id: instance.id,
        state: stateOf(instance),
        tags: Object.fromEntries(instance.tags),
      })),
    volumes: [...region.volumes.values()].map(({ id, attachedTo, tags }) => ({
      region: name,
      id,
      state: attachedTo === undefined ? "available" : "in-use",
      tags: Object.fromEntries(tags),
    })),
    snapshots: [...region.snapshots.values()].map((snapshot) => ({
      region: name,
      id: snapshot.id,
      state: stateOf(snapshot),
      encrypted: snapshot.encrypted,
      tags: Object.fromEntries(snapshot.tags),
      sharedWith: [...snapshot.createVolumePermissions].sort(),
      isSeed: snapshot.isSeed,
    })),
    keyPairs: [...region.keyPairs.values()].map((pair) => ({ region: name, name: pair.name })),
    securityGroups: [...region.securityGroups.values()]
      .filter((group) => group.name !== "default")
      .map(({ id, name: groupName, rules }) => ({
        region: name,
        id,
        name: groupName,
        rules: rules.map(
          ({ protocol, fromPort, cidrs }) => `${protocol} ${fromPort} from ${cidrs.join(" ")}`,
        ),
      })),
  };
}
