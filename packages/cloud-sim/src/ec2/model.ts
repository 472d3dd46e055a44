/** An image that a stand-in has from the start. */
export interface Ec2SeedImage {
  /** `ami-…` */
  id: string;
  name: string;
  region: string;
  /** `amazon`, an account's number, or `self`; `amazon` by default. */
  owner?: string;
  description?: string;
  tags?: Readonly<Record<string, string>>;
  /** RFC 3339. */
  creationDate?: string;
  architecture?: "x86_64" | "arm64";
  rootDeviceType?: "ebs" | "instance-store";
}

/** Everything that a region has, shown in one form: its kind, its id, and what matters to a test. */
export interface Ec2Snapshot {
  images: Ec2ImageSummary[];
  /** But for those that are terminated. */
  instances: Ec2InstanceSummary[];
  volumes: Ec2VolumeSummary[];
  snapshots: Ec2SnapshotSummary[];
  keyPairs: { region: string; name: string }[];
  /** But for the default ones. */
  securityGroups: { region: string; id: string; name: string; rules: string[] }[];
}

export interface Ec2ImageSummary {
  region: string;
  id: string;
  name: string;
  description: string;
  state: string;
  owner: string;
  encrypted: boolean;
  kmsKeyId: string | undefined;
  tags: Record<string, string>;
  /** Account numbers, groups and organisations that may launch it, sorted. */
  sharedWith: string[];
  deprecationTime: string | undefined;
  imdsSupport: string | undefined;
  snapshotIds: string[];
  /** Whether it was there from the start. */
  isSeed: boolean;
}

export interface Ec2InstanceSummary {
  region: string;
  id: string;
  state: string;
  tags: Record<string, string>;
}

export interface Ec2VolumeSummary {
  region: string;
  id: string;
  state: string;
  tags: Record<string, string>;
}

export interface Ec2SnapshotSummary {
  region: string;
  id: string;
  state: string;
  encrypted: boolean;
  tags: Record<string, string>;
  /** Account numbers and groups that may make volumes of it, sorted. */
  sharedWith: string[];
  isSeed: boolean;
}

/** A thing on its way to another state. */
export interface Transition {
  /** The state until then. */
  from: string;
  /** The state from then on. */
  to: string;
  /** By `performance.now()`. */
  at: number;
}

/** What all things of a region share. */
export interface Ec2Thing {
  readonly id: string;
  readonly tags: Map<string, string>;
  /** Until then, by `performance.now()`, nothing finds it: the cloud is eventually consistent. */
  readonly visibleAt: number;
}

/** Where a volume of an instance is attached, or would be. */
export interface BlockDevice {
  deviceName: string;
  deleteOnTermination: boolean;
  size: number;
  volumeType: string;
  encrypted: boolean;
  kmsKeyId: string | undefined;
  iops: number | undefined;
  throughput: number | undefined;
  snapshotId: string | undefined;
}

export interface Ec2Image extends Ec2Thing {
  name: string;
  description: string;
  ownerId: string;
  ownerAlias: string | undefined;
  creationDate: string;
  architecture: string;
  rootDeviceType: string;
  rootDeviceName: string;
  transition: Transition;
  stateReason: string | undefined;
  devices: BlockDevice[];
  sourceInstanceId: string | undefined;
  sourceImageId: string | undefined;
  sourceImageRegion: string | undefined;
  clientToken: string | undefined;
  /** Keys such as `userId:123456789012` and `group:all`. */
  launchPermissions: Set<string>;
  productCodes: Set<string>;
  deprecationTime: string | undefined;
  imdsSupport: string | undefined;
  isSeed: boolean;
}

export interface Ec2Instance extends Ec2Thing {
  imageId: string;
  instanceType: string;
  keyName: string | undefined;
  clientToken: string | undefined;
  launchTime: string;
  subnetId: string;
  vpcId: string;
  availabilityZone: string;
  securityGroupIds: string[];
  publicIp: string | undefined;
  privateIp: string;
  userData: string | undefined;
  iamInstanceProfile: string | undefined;
  shutdownBehavior: string;
  metadataOptions: Record<string, string>;
  transition: Transition;
  stateReason: string | undefined;
  devices: { deviceName: string; volumeId: string; deleteOnTermination: boolean }[];
  networkInterfaceId: string;
}

export interface Ec2Volume extends Ec2Thing {
  device: BlockDevice;
  availabilityZone: string;
  createTime: string;
  attachedTo: string | undefined;
}

export interface Ec2SnapshotThing extends Ec2Thing {
  volumeId: string;
  description: string;
  size: number;
  encrypted: boolean;
  kmsKeyId: string | undefined;
  startTime: string;
  transition: Transition;
  createVolumePermissions: Set<string>;
  isSeed: boolean;
}

export interface Ec2KeyPair extends Ec2Thing {
  name: string;
  type: string;
  fingerprint: string;
  /** One line of an `authorized_keys` file. */
  publicKey: string;
}

export interface Ec2SecurityGroup extends Ec2Thing {
  name: string;
  description: string;
  vpcId: string;
  rules: { protocol: string; fromPort: number; toPort: number; cidrs: string[] }[];
}

export interface Ec2Vpc extends Ec2Thing {
  cidr: string;
  isDefault: boolean;
}

export interface Ec2Subnet extends Ec2Thing {
  vpcId: string;
  cidr: string;
  availabilityZone: string;
  isDefault: boolean;
  freeAddresses: number;
}

/** The regions of a stand-in, unless it is told others. */
export const DEFAULT_REGIONS: readonly string[] = [
  "us-east-1",
  "us-east-2",
  "us-west-2",
  "eu-central-1",
  "eu-west-1",
  "ap-southeast-2",
];

/** The images of a stand-in, unless it is told others: each region has the same two. */
export function defaultImages(regions: readonly string[]): Ec2SeedImage[] {
  return regions.flatMap((region, index) => {
    const suffix = `${index}`.padStart(4, "0");
    return [
      {
        id: `ami-0aaaaaaaaaaaa${suffix}`,
        name: "al2023-ami-2023.1-x86_64",
        region,
        description: "Amazon Linux 2023, older",
        creationDate: "2026-01-10T00:00:00.000Z",
      },
      {
        id: `ami-0bbbbbbbbbbbb${suffix}`,
        name: "al2023-ami-2023.2-x86_64",
        region,
        description: "Amazon Linux 2023",
        creationDate: "2026-02-20T00:00:00.000Z",
        tags: { Release: "2023.2" },
      },
    ];
  });
}
