import { ApiError } from "../frame/errors.ts";
import type { Ec2Image, Ec2Instance, Ec2SnapshotThing, Ec2Volume } from "./model.ts";
import { type Ec2Region, find } from "./region.ts";

/** @throws {ApiError} `InvalidAMIID.NotFound` */
export function findImage(region: Ec2Region, id: string): Ec2Image {
  return find(region.images, id, "InvalidAMIID.NotFound", "image id");
}

/** @throws {ApiError} `InvalidInstanceID.NotFound` */
export function findInstance(region: Ec2Region, id: string): Ec2Instance {
  return find(region.instances, id, "InvalidInstanceID.NotFound", "instance ID");
}

/** @throws {ApiError} `InvalidVolume.NotFound` */
export function findVolume(region: Ec2Region, id: string): Ec2Volume {
  return find(region.volumes, id, "InvalidVolume.NotFound", "volume");
}

/** @throws {ApiError} `InvalidSnapshot.NotFound` */
export function findSnapshot(region: Ec2Region, id: string): Ec2SnapshotThing {
  return find(region.snapshots, id, "InvalidSnapshot.NotFound", "snapshot");
}

/** @throws {ApiError} `AuthFailure` for an image of another account. */
export function requireOwn(image: Ec2Image, accountId: string): void {
  if (image.ownerId === accountId) return;
  throw new ApiError(403, "AuthFailure", `Not authorized for image:${image.id}`);
}
