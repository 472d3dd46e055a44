import type { BlockDevice, Ec2SeedImage } from "./model.ts";
import type { Ec2Region } from "./region.ts";

/** The account numbers of owners that have a name. */
export const OWNER_IDS: Readonly<Record<string, string>> = { amazon: "137112412989" };

/** Puts an image that is there from the start into its region. */
export function addSeedImage(region: Ec2Region, image: Ec2SeedImage, accountId: string): void {
  const owner = image.owner ?? "amazon";
  const isEbs = (image.rootDeviceType ?? "ebs") === "ebs";
  const creationDate = image.creationDate ?? new Date(0).toISOString();
  const devices = isEbs ? [addRootDevice(region, image.id, creationDate)] : [];
  region.images.set(image.id, {
    id: image.id,
    tags: new Map(Object.entries(image.tags ?? {})),
    visibleAt: 0,
    name: image.name,
    description: image.description ?? "",
    ownerId: owner === "self" ? accountId : (OWNER_IDS[owner] ?? owner),
    ownerAlias: owner in OWNER_IDS ? owner : undefined,
    creationDate,
    architecture: image.architecture ?? "x86_64",
    rootDeviceType: image.rootDeviceType ?? "ebs",
    rootDeviceName: "/dev/xvda",
    transition: { from: "pending", to: "available", at: 0 },
    stateReason: undefined,
    devices,
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

function addRootDevice(region: Ec2Region, imageId: string, startTime: string): BlockDevice {
  const snapshotId = region.newId("snapshot");
  const size = 8;
  region.snapshots.set(snapshotId, {
    id: snapshotId,
    tags: new Map(),
    visibleAt: 0,
    volumeId: "vol-ffffffff",
    description: `Of ${imageId}`,
    size,
    encrypted: false,
    kmsKeyId: undefined,
    startTime,
    transition: { from: "pending", to: "completed", at: 0 },
    createVolumePermissions: new Set(),
    isSeed: true,
  });
  return {
    deviceName: "/dev/xvda",
    deleteOnTermination: true,
    size,
    volumeType: "gp3",
    encrypted: false,
    kmsKeyId: undefined,
    iops: 3000,
    throughput: 125,
    snapshotId,
  };
}
